/** TensorFlow.js as a peer: its functions as they are called in programs, op by op. */
import type { Peer, PeerOptions, Work } from "../work/peer.ts";
import { inputValues, weightValues } from "../work/values.ts";
import type { Convolution, Vocabulary } from "../work/vocabulary.ts";
import type { Tensor, Tf, TfLayers, TfWasm } from "./api.ts";
import { trainMlp } from "./mlp.ts";
import { trainModel } from "./training.ts";

/** The one to compute on, with its module where options are set there, and with the one for training where models are trained on it. */
type Backend = "cpu" | { readonly wasm: TfWasm } | { readonly webgpu: TfLayers };

export async function tfjs(tf: Tf, backend: Backend, { threads }: PeerOptions): Promise<Peer> {
  if (backend !== "cpu" && "wasm" in backend) backend.wasm.setThreadsCount(threads);
  const name = backend === "cpu" ? "cpu" : "wasm" in backend ? "wasm" : "webgpu";
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js has no ${name} here`);
  await tf.ready();
  const say = vocabulary(tf);
  return {
    version: tf.version_core,
    compute(computation): Work {
      const inputs = inputValues(computation).map(({ data, shape }) => tf.tensor(data, shape));
      const weights = weightValues(computation).map(({ data, shape }) => tf.tensor(data, shape));
      const call = (): Tensor =>
        tf.tidy(() => {
          const rest = weights.values();
          return computation.compute(say, inputs, () => rest.next().value!);
        });
      const output = async (): Promise<Float32Array> => {
        const y = call();
        const data = await y.data();
        y.dispose();
        return data;
      };
      // On a GPU, work is done when its numbers are there.
      return { run: name === "webgpu" ? async () => void (await output()) : () => call().dispose(), output };
    },
    trainMlp: () => trainMlp(tf),
    ...(backend !== "cpu" && "webgpu" in backend && { trainModel: (model) => trainModel(tf, backend.webgpu, model) }),
  };
}

function vocabulary(tf: Tf): Vocabulary<Tensor> {
  return {
    matMul: (a, b) => tf.matMul(a, b),
    conv2d: (x, filter, options = {}) => tf.fused.conv2d({ x, filter, ...fused(options) }),
    depthwise: (x, filter, options = {}) => tf.fused.depthwiseConv2d({ x, filter, ...fused(options) }),
    maxPool: (x) => tf.maxPool(x, 3, 2, "same"),
    pixelMean: (x) => tf.mean(x, [1, 2]),
    add: (a, b) => tf.add(a, b),
    mul: (a, b) => tf.mul(a, b),
    tanh: (x) => tf.tanh(x),
    sigmoid: (x) => tf.sigmoid(x),
    relu: (x) => tf.relu(x),
    softmax: (x) => tf.softmax(x),
    layerNorm(x, gain, bias) {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, tf.scalar(1e-5)))), gain), bias);
    },
    sumRows: (x) => tf.sum(x, 0),
    transpose: (x) => tf.transpose(x),
  };
}
function fused({ strides = 1, bias, relu }: Convolution<Tensor>): { strides: number; pad: "same"; bias?: Tensor; activation?: "relu" } {
  return { strides, pad: "same", ...(bias && { bias }), ...(relu && { activation: "relu" }) };
}
