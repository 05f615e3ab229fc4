/** The words that the benchmark's computations are written in; each peer says what they mean to it. */

export interface Convolution<T> {
  /** Default 1. */
  readonly strides?: number;
  /** Added to the result, channel by channel. */
  readonly bias?: T;
  /** What is negative becomes 0, after the bias. */
  readonly relu?: boolean;
}

/** `T` is a peer's tensor. Images are [batch, height, width, channels], padded as TensorFlow's "same". */
export interface Vocabulary<T> {
  /** Of the last two axes. */
  matMul(a: T, b: T): T;
  /** The filter is [height, width, in, out]. */
  conv2d(x: T, filter: T, options?: Convolution<T>): T;
  /** The filter is [height, width, channels, 1]. */
  depthwise(x: T, filter: T, options?: Convolution<T>): T;
  /** The largest of each 3×3 window, every second one; of numbers that are not negative. */
  maxPool(x: T): T;
  /** The mean of all pixels: [batch, channels]. */
  pixelMean(x: T): T;
  /** The second operand may have fewer axes than the first. */
  add(a: T, b: T): T;
  mul(a: T, b: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  relu(x: T): T;
  /** Along the last axis. */
  softmax(x: T): T;
  /** Along the last axis, with ε = 1e-5. */
  layerNorm(x: T, gain: T, bias: T): T;
  /** Over the first axis. */
  sumRows(x: T): T;
  /** Of a matrix. */
  transpose(x: T): T;
}

export type Shape = readonly number[];

/** One piece of work, whoever does it. */
export interface Computation {
  /** Of what changes from call to call. */
  readonly inputs: readonly Shape[];
  /** Each call of `weight` makes another constant. */
  readonly compute: <T>(say: Vocabulary<T>, inputs: readonly T[], weight: (shape: Shape) => T) => T;
  /** Not compiled first, where the peer can do without. */
  readonly eager?: boolean;
}

/** The shapes of a computation's constants, in the order in which it asks for them. */
export function weightShapes({ inputs, compute }: Computation): Shape[] {
  const shapes: Shape[] = [];
  // Computations never look at a tensor, so they need none.
  const silent = new Proxy({} as Vocabulary<undefined>, { get: () => () => undefined });
  compute<undefined>(
    silent,
    inputs.map(() => undefined),
    (shape) => void shapes.push(shape),
  );
  return shapes;
}
