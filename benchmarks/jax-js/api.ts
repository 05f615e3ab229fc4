/** What the benchmark uses of jax-js, which is installed only where it runs. A function consumes its arrays: `x.ref` keeps one. */

export interface Arr {
  readonly ref: Arr;
  readonly shape: number[];
  reshape(shape: readonly number[]): Arr;
  dispose(): void;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<Arr>;
}
type Unary = (x: Arr) => Arr;
type Binary = (a: Arr, b: Arr | number) => Arr;
type Padding = "SAME" | readonly (readonly [number, number])[];

export type JaxDevice = "wasm" | "webgpu";

export interface Jax {
  init(device: JaxDevice): Promise<readonly string[]>;
  defaultDevice(device: JaxDevice): void;
  jit<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R;
  valueAndGrad<A extends readonly unknown[]>(fn: (...args: A) => Arr): (...args: A) => [Arr, A[0]];
  readonly numpy: {
    array(data: Float32Array, options?: { shape?: readonly number[] }): Arr;
    readonly matmul: (a: Arr, b: Arr) => Arr;
    readonly add: Binary;
    readonly subtract: Binary;
    readonly multiply: Binary;
    readonly divide: Binary;
    readonly tanh: Unary;
    readonly sqrt: Unary;
    readonly square: Unary;
    transpose(x: Arr): Arr;
    pad(x: Arr, widths: readonly (readonly [number, number])[]): Arr;
    sum(x: Arr, axis?: number | number[] | null, options?: { keepdims?: boolean }): Arr;
    mean(x: Arr, axis?: number | number[] | null, options?: { keepdims?: boolean }): Arr;
    max(x: Arr, axis?: number | number[] | null): Arr;
  };
  readonly nn: { relu: Unary; sigmoid: Unary; softmax(x: Arr, axis: number): Arr; logSoftmax(x: Arr, axis: number): Arr };
  readonly lax: {
    convGeneralDilated(x: Arr, filter: Arr, strides: number[], padding: Padding, options?: { featureGroupCount?: number }): Arr;
    reduceWindow(x: Arr, fn: (window: Arr) => Arr, window: number[], strides: number[]): Arr;
  };
}
