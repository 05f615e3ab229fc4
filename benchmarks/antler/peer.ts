/** Antler as a peer of the others. */
import {
  add,
  conv2d,
  depthwiseConv2d,
  func,
  matMul,
  maxPool,
  mean,
  mul,
  relu,
  rsqrt,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  VERSION,
} from "@antler/tensor-core";
import type { Peer, PeerOptions } from "../work/peer.ts";
import { inputValues, weightValues } from "../work/values.ts";
import type { Convolution, Vocabulary } from "../work/vocabulary.ts";
import { useThreads } from "./threads.ts";
import { trainModel } from "./training.ts";

const vocabulary: Vocabulary<Tensor> = {
  matMul,
  conv2d: (x, filter, { strides = 1, ...rest } = {}) => finished(conv2d(x, filter, { strides, padding: "same" }), rest),
  depthwise: (x, filter, { strides = 1, ...rest } = {}) => finished(depthwiseConv2d(x, filter, { strides, padding: "same" }), rest),
  maxPool: (x) => maxPool(x, 3, { strides: 2, padding: "same" }),
  pixelMean: (x) => mean(x, { axis: [1, 2] }),
  add,
  mul,
  tanh,
  sigmoid,
  relu,
  softmax: (x) => softmax(x),
  layerNorm(x, gain, bias) {
    const centred = sub(x, mean(x, { axis: -1, keepDims: true }));
    const variance = mean(square(centred), { axis: -1, keepDims: true });
    return add(mul(mul(centred, rsqrt(add(variance, 1e-5))), gain), bias);
  },
  sumRows: (x) => sum(x, { axis: 0 }),
  transpose: (x) => transpose(x),
};
function finished(y: Tensor, { bias, relu: cut }: Convolution<Tensor>): Tensor {
  const sum = bias ? add(y, bias) : y;
  return cut ? relu(sum) : sum;
}

/** On whichever backend is set. */
export const peer: Peer = {
  version: VERSION,
  compute(computation) {
    const inputs = inputValues(computation).map(({ data, shape }) => tensor(data, [...shape]));
    const weights = weightValues(computation).map(({ data, shape }) => tensor(data, [...shape]));
    const direct = (...xs: Tensor[]): Tensor => {
      const rest = weights.values();
      return computation.compute(vocabulary, xs, () => rest.next().value!);
    };
    const call = computation.eager ? direct : func(direct);
    // A program is done when it returns: the CPU computes at once.
    return { run: () => call(...inputs).dispose(), output: () => numbers(call(...inputs)) };
  },
  trainModel,
};
async function numbers(y: Tensor): Promise<Float32Array> {
  const data = (await y.data()) as Float32Array;
  y.dispose();
  return data;
}

/** @param options how many threads */
export async function antler({ threads }: PeerOptions): Promise<Peer> {
  await useThreads(threads);
  return peer;
}
