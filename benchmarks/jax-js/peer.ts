/** jax-js as a peer: functions under its `jit`, images with channels in front as its convolution wants them. */
import { filterFirst, imageFirst, imageLast, samePadding } from "../work/channels-first.ts";
import type { Peer, Work } from "../work/peer.ts";
import { inputValues, type Values, weightValues } from "../work/values.ts";
import type { Convolution, Vocabulary } from "../work/vocabulary.ts";
import type { Arr, Jax, JaxDevice } from "./api.ts";
import { trainMlp } from "./mlp.ts";

export async function jaxJs(jax: Jax, device: JaxDevice, version: string): Promise<Peer> {
  // It gives those that are there, and is silent about the others.
  if (!(await jax.init(device)).includes(device)) throw new Error(`jax-js has no ${device} here`);
  jax.defaultDevice(device);
  const say = vocabulary(jax);
  const array = ({ data, shape }: Values): Arr => jax.numpy.array(data).reshape(shape);
  return {
    version,
    compute(computation): Work {
      const inputs = inputValues(computation).map((x) => array(imageFirst(x)));
      const weights = weightValues(computation).map((w) => array(filterFirst(w)));
      const direct = (xs: Arr[], ws: Arr[]): Arr => {
        const rest = ws.values();
        return computation.compute(say, xs, () => rest.next().value!);
      };
      const compiled = computation.eager ? direct : jax.jit(direct);
      const kept = (xs: readonly Arr[]): Arr[] => xs.map((x) => x.ref);
      const call = (): Arr => (computation.eager ? compiled(inputs, weights) : compiled(kept(inputs), kept(weights)));
      const output = async (): Promise<Float32Array> => {
        const y = call();
        const { shape } = y;
        return imageLast({ shape, data: await y.data() }).data;
      };
      const run = async (): Promise<void> => {
        if (device === "wasm") (await call().blockUntilReady()).dispose();
        // On a GPU, work is done when its numbers are there.
        else await output();
      };
      return { run, output };
    },
    trainMlp: () => trainMlp(jax),
  };
}

/** Each word keeps its operands: computations may use them again. */
function vocabulary({ numpy: np, nn, lax }: Jax): Vocabulary<Arr> {
  const finished = (y: Arr, { bias, relu }: Convolution<Arr>): Arr => {
    const sum = bias ? np.add(y, bias.ref.reshape([bias.shape[0]!, 1, 1])) : y;
    return relu ? nn.relu(sum) : sum;
  };
  return {
    matMul: (a, b) => np.matmul(a.ref, b.ref),
    conv2d: (x, filter, { strides = 1, ...rest } = {}) =>
      finished(lax.convGeneralDilated(x.ref, filter.ref, [strides, strides], "SAME"), rest),
    depthwise(x, filter, { strides = 1, ...rest } = {}) {
      const featureGroupCount = x.shape[1]!;
      return finished(lax.convGeneralDilated(x.ref, filter.ref, [strides, strides], "SAME", { featureGroupCount }), rest);
    },
    maxPool(x) {
      const [height, width] = [samePadding(x.shape[2]!, 3, 2), samePadding(x.shape[3]!, 3, 2)];
      // Zeros are no maximum of numbers that are not negative.
      const padded = np.pad(x.ref, [[0, 0], [0, 0], height, width]);
      return lax.reduceWindow(padded, (window) => np.max(window), [3, 3], [2, 2]);
    },
    pixelMean: (x) => np.mean(x.ref, [2, 3]),
    add: (a, b) => np.add(a.ref, b.ref),
    mul: (a, b) => np.multiply(a.ref, b.ref),
    tanh: (x) => np.tanh(x.ref),
    sigmoid: (x) => nn.sigmoid(x.ref),
    relu: (x) => nn.relu(x.ref),
    softmax: (x) => nn.softmax(x.ref, -1),
    layerNorm(x, gain, bias) {
      const centred = np.subtract(x.ref, np.mean(x.ref, -1, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      return np.add(np.multiply(np.divide(centred, np.sqrt(np.add(variance, 1e-5))), gain.ref), bias.ref);
    },
    sumRows: (x) => np.sum(x.ref, 0),
    transpose: (x) => np.transpose(x.ref),
  };
}
