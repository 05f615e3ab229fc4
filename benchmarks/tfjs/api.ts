/** What the benchmark uses of TensorFlow.js, which is installed only where it runs. */

import type { Tensor as SymbolicTensor } from "@antler/tensor-core";
import type { Layers } from "../antler/stacks.ts";

export interface Tensor {
  dispose(): void;
  data(): Promise<Float32Array>;
}
type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;
interface FusedConvolution {
  readonly x: Tensor;
  readonly filter: Tensor;
  readonly strides: number;
  readonly pad: "same";
  readonly bias?: Tensor;
  readonly activation?: "relu";
}
export interface Variable extends Tensor {
  readonly name: string;
}

export interface Tf {
  readonly version_core: string;
  setBackend(name: "cpu" | "wasm" | "webgpu"): Promise<boolean>;
  ready(): Promise<void>;
  env(): { set(flag: string, value: boolean): void };
  tensor(data: Float32Array | Int32Array, shape: readonly number[], dtype?: "float32" | "int32"): Tensor;
  scalar(x: number): Tensor;
  variable(initial: Tensor): Variable;
  tidy(fn: () => Tensor): Tensor;
  readonly matMul: Binary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly relu: Unary;
  readonly square: Unary;
  readonly rsqrt: Unary;
  readonly softmax: Unary;
  readonly transpose: Unary;
  sum(x: Tensor, axis?: number): Tensor;
  mean(x: Tensor, axes?: number | number[], keepDims?: boolean): Tensor;
  maxPool(x: Tensor, size: number, strides: number, pad: "same"): Tensor;
  oneHot(x: Tensor, depth: number): Tensor;
  readonly fused: { conv2d(o: FusedConvolution): Tensor; depthwiseConv2d(o: FusedConvolution): Tensor };
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  readonly train: {
    adam(rate: number, beta1: number, beta2: number, epsilon: number): { minimize(loss: () => Tensor, keep: true): Tensor };
  };
}
/** A learning rate, both decays, and ε, which it adds after the correction of the second moment, Keras before: this one equals Keras's 1e-7 in the first step. */
export const ADAM: readonly [rate: number, beta1: number, beta2: number, epsilon: number] = [1e-3, 0.9, 0.999, 1e-7 / Math.sqrt(1 - 0.999)];

export interface FitOptions {
  readonly batchSize: number;
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly verbose: 0;
  readonly yieldEvery: "never";
}
export interface TfModel {
  compile(options: { optimizer: object; loss: string; metrics: string[] }): void;
  readonly layers: readonly { readonly weights: readonly object[]; setWeights(weights: Tensor[]): void }[];
  fit(x: Tensor, y: Tensor, options: FitOptions): Promise<object>;
  /** The loss, and the metrics. */
  trainOnBatch(x: Tensor, y: Tensor): Promise<number[]>;
}
/** `@tensorflow/tfjs-layers`. Its layers have Keras's names and options, as Antler's have. */
export interface TfLayers {
  readonly layers: Layers;
  input(options: { shape: readonly number[] }): SymbolicTensor;
  model(options: { inputs: SymbolicTensor; outputs: SymbolicTensor }): TfModel;
}
export interface TfWasm {
  setThreadsCount(threads: number): void;
  setWasmPaths(prefix: string): void;
}
