/** What the benchmark uses of TensorFlow.js, which is installed only where it runs. */

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
  setBackend(name: "cpu" | "wasm"): Promise<boolean>;
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
export interface TfWasm {
  setThreadsCount(threads: number): void;
  setWasmPaths(prefix: string): void;
}
