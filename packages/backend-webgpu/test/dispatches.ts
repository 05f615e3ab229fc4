/** Counts what a device is told to do. */
export interface Counted {
  readonly device: GPUDevice;
  /** Dispatches since the last time. */
  dispatches(): number;
  /** Pipelines made since the last time. */
  pipelines(): number;
}

export function counted(device: GPUDevice): Counted {
  let count = 0;
  let made = 0;
  const make = device.createComputePipeline.bind(device);
  device.createComputePipeline = (description) => {
    made++;
    return make(description);
  };
  const encode = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (...given) => {
    const encoder = encode(...given);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (...options) => {
      const pass = begin(...options);
      const dispatch = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (...sizes) => {
        count++;
        dispatch(...sizes);
      };
      return pass;
    };
    return encoder;
  };
  return {
    device,
    dispatches() {
      const n = count;
      count = 0;
      return n;
    },
    pipelines() {
      const n = made;
      made = 0;
      return n;
    },
  };
}
