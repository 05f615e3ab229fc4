/** The prototype's kernels for the benchmark's single ops, cut into pieces as its engine wants them. */

/** What `engine(threads)` of the prototype gives. */
export interface Engine {
  readonly F: Float32Array;
  readonly ex: { readonly [kernel: string]: (...args: number[]) => void };
  alloc(elements: number): number;
  /** Does so many pieces of an operation that goes by its number. */
  pfor(operation: number, pieces: number, args: readonly number[]): void;
}
export interface Kernel {
  /** Elements of the result. */
  readonly size: number;
  readonly run: (e: Engine, operands: readonly number[], result: number, scratch: number) => void;
}

const PIECES = 16;

/** The blocks the engine's own product is cut into: rows and columns of a micro-tile, depth of a panel. */
const [TILE_ROWS, TILE_COLUMNS, DEPTH] = [6, 8, 384];

/**
 * A product of at most 1024 columns, as the engine's `gemm` does it but for one thing: columns are packed in as many pieces as
 * rows are multiplied in. A thread that is late in looking for work of a job takes a piece of the next one for its own where that
 * has more pieces, and the engine then waits for ever: that is what happened to products with few rows.
 */
const gemm = (m: number, n: number, k: number): Kernel => ({
  size: m * n,
  run(e, [a, b], c, scratch) {
    const rows = TILE_ROWS * Math.min(20, Math.ceil(m / 6 / TILE_ROWS));
    const pieces = Math.ceil(m / rows);
    const left = scratch + (12 << 20);
    for (let at = 0; at < k; at += DEPTH) {
      const depth = Math.min(DEPTH, k - at);
      const columns = n * depth < 32768 ? n : TILE_COLUMNS * Math.ceil(n / pieces / TILE_COLUMNS);
      e.pfor(0, Math.ceil(n / columns), [b! + at * n * 4, scratch, n * 4, depth, n, columns]);
      e.pfor(1, pieces, [a! + at * 4, scratch, c, k * 4, n * 4, m, n, depth, at > 0 ? 1 : 0, rows, left]);
    }
  },
});
/** An operation on `count` rows, some of them a piece; its arguments come before how many. */
const rows = (operation: number, count: number, size: number, args: (x: readonly number[], y: number) => number[]): Kernel => {
  const each = 64 * Math.ceil(count / PIECES / 64);
  return { size, run: (e, x, y) => e.pfor(operation, Math.ceil(count / each), [...args(x, y), each]) };
};

export const kernels: Readonly<Record<string, Kernel>> = {
  "matmul-128": gemm(128, 128, 128),
  "matmul-512": gemm(512, 512, 512),
  "matmul-1024": gemm(1024, 1024, 1024),
  "matmul-wide": gemm(32, 128, 784),
  "matmul-batched": {
    size: 16 * 128 * 128,
    run: (e, [a, b], c, scratch) => e.pfor(11, 16, [a!, b!, c, 128, 128, 64, scratch]),
  },
  "conv-3x3": {
    size: 32 * 28 * 28 * 64,
    run(e, [x, w], y, scratch) {
      e.ex["packB"]!(w!, scratch, 64 * 4, 9 * 32, 64);
      e.pfor(9, 32, [x!, scratch, y, 28, 28, 32, 64, scratch + (1 << 20)]);
    },
  },
  "conv-1x1": gemm(56 * 56, 128, 64),
  "depthwise-3x3": {
    size: 56 * 56 * 128,
    run: (e, [x, w], y, scratch) => e.pfor(10, 8, [x!, w!, y, 56, 56, 128, scratch, 7]),
  },
  chain: rows(2, 10_000_000, 10_000_000, ([a, b, c], y) => [a!, b!, c!, y, 10_000_000]),
  softmax: rows(3, 256, 256 * 1000, ([x], y) => [x!, y, 256, 1000]),
  "layer-norm": rows(4, 512, 512 * 768, ([x, gain, bias], y) => [x!, y, 512, 768, gain!, bias!]),
  "sum-rows": rows(5, 2048, 2048, ([x], y) => [x!, y, 2048, 2048]),
  transpose: rows(7, 2048, 2048 * 2048, ([x], y) => [x!, y, 2048, 2048]),
};
