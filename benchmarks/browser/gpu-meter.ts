/** Counts what a page asks of WebGPU, whoever asks: one meter for all libraries, on the methods that each has to call. */

export interface Meter {
  readonly dispatches: number;
  readonly pipelines: number;
  /** Times that numbers were fetched. */
  readonly reads: number;
  readonly bytesRead: number;
  /** Parameters of kernels as well as tensors. */
  readonly bytesWritten: number;
}
type Method = (this: unknown, ...args: unknown[]) => unknown;
type Mapped = Pick<GPUBuffer, "size">;

const READ = 1;
type Classes = "GPUComputePassEncoder" | "GPUDevice" | "GPUQueue" | "GPUBuffer";

/** Call it before any device exists. @returns what was counted since then */
export function meterGpu(page: Pick<typeof globalThis, Classes> = globalThis): () => Meter {
  const meter = { dispatches: 0, pipelines: 0, reads: 0, bytesRead: 0, bytesWritten: 0 };
  const { GPUComputePassEncoder: Pass, GPUDevice: Device, GPUQueue: Queue, GPUBuffer: Buffer } = page;
  for (const name of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]) on(Pass, name, () => void meter.dispatches++);
  for (const name of ["createComputePipeline", "createComputePipelineAsync"]) on(Device, name, () => void meter.pipelines++);
  on(Queue, "writeBuffer", (_, args) => void (meter.bytesWritten += written(args)));
  on(Device, "createBuffer", (_, [descriptor]) => {
    const { mappedAtCreation, size } = descriptor as GPUBufferDescriptor;
    if (mappedAtCreation) meter.bytesWritten += size;
  });
  on(Buffer, "mapAsync", (buffer, [mode, offset = 0, size = (buffer as Mapped).size - (offset as number)]) => {
    if (mode !== READ) meter.bytesWritten += size as number;
    else {
      meter.reads++;
      meter.bytesRead += size as number;
    }
  });
  return () => ({ ...meter });
}

/** Has `count` look at each call of a method first. */
function on({ prototype }: { readonly prototype: object }, name: string, count: (self: unknown, args: unknown[]) => void): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = function (...args) {
    count(this, args);
    return original.apply(this, args);
  };
}

/** Of `writeBuffer`, which takes typed arrays in elements and everything else in bytes. */
export function written([, , data, offset = 0, size]: readonly unknown[]): number {
  const { byteLength, BYTES_PER_ELEMENT: unit = 1 } = data as { byteLength: number; BYTES_PER_ELEMENT?: number };
  return size === undefined ? byteLength - (offset as number) * unit : (size as number) * unit;
}
