// The WebAssembly of pooling: one row of results per call, vectors along the channels.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes } from "./context.ts";

/**
 * Pools one row of windows. `start` is the first valid element of the first of `rows` rows of the image; window w
 * covers columns w·stride − left up to `window` further on. `row` is the number of the first row, for positions.
 */
type PoolRow = (
  start: number,
  rows: number,
  width: number,
  channels: number,
  window: number,
  stride: number,
  left: number,
  outputs: number,
  output: number,
  positions: number,
  row: number,
) => void;

export interface PoolingExports {
  readonly maxPoolRow: PoolRow;
  readonly maxPoolRowPositions: PoolRow;
  readonly averagePoolRow: PoolRow;
  readonly averagePoolRowGradient: PoolRow;
  /** target[positions[i]] += values[i]; negative positions are skipped. */
  addAtPositions(values: number, positions: number, count: number, target: number): void;
}

export function poolingFunctions(): Record<keyof PoolingExports, FunctionBuilder> {
  return {
    maxPoolRow: poolRow(maximum),
    maxPoolRowPositions: poolRow(maximumWithPosition),
    averagePoolRow: poolRow(average),
    averagePoolRowGradient: poolRow(averageGradient),
    addAtPositions: addAtPositions(),
  };
}

/** The channels worked on at a time: a number of vectors, or one channel in the low lane of a vector. */
interface Lanes {
  readonly channels: number;
  readonly vectors: readonly number[];
  /** Pushes elements of the given vector, counted from an address. */
  load(address: Local, vector: number): FunctionBuilder;
  store(address: Local, vector: number, value: Local): FunctionBuilder;
}

/** The code of a window: before its elements, for each of them, between its rows, and after. */
interface WindowCode {
  begin(): unknown;
  each(): unknown;
  nextRow?(): unknown;
  end(): unknown;
}

/** What the code of a window works with. */
interface WindowContext {
  readonly f: FunctionBuilder;
  readonly lanes: Lanes;
  /** The address of the element at hand, and those of the results. */
  readonly element: Local;
  readonly output: Local;
  readonly positions: Local;
  readonly channels: Local;
  /** Elements from the end of a window's row to the start of its next. */
  readonly skipped: Local;
  /** The flat position of the window's first element for the first of the channels. */
  readonly firstPosition: Local;
  /** The number of elements in the window. */
  readonly size: Local;
}

function poolRow(codeOf: (context: WindowContext) => WindowCode): FunctionBuilder {
  const f = new FunctionBuilder();
  const [start, rows, width, channels, window, stride, left, outputs, output, positions, row] = f.parametersOf("i32", 11);
  const [column, first, covered, rest] = f.localsOf("i32", 4);
  const [pixelBytes, rowBytes, coveredBytes] = f.localsOf("i32", 3);
  const [rowStart, element, rowEnd, rowsLeft] = f.localsOf("i32", 4);
  const [skipped, firstPosition, size] = f.localsOf("i32", 3);

  const poolChannels = (lanes: Lanes): void => {
    const code = codeOf({ f, lanes, element, output, positions, channels, skipped, firstPosition, size });
    f.while(
      () => f.get(rest).i32(lanes.channels).i32GeU(),
      () => {
        code.begin();
        f.get(first).set(rowStart).get(rows).set(rowsLeft);
        f.repeat(rowsLeft, () => {
          f.get(rowStart).tee(element).get(coveredBytes).i32Add().set(rowEnd);
          f.whileBelow(element, rowEnd, () => {
            code.each();
            f.increase(element, pixelBytes);
          });
          code.nextRow?.();
          f.increase(rowStart, rowBytes);
        });
        code.end();
        for (const pointer of [first, output, positions]) f.increase(pointer, lanes.channels * elementBytes);
        f.increase(firstPosition, lanes.channels).increase(rest, -lanes.channels);
      },
    );
  };

  f.get(channels).i32(2).i32Shl().tee(pixelBytes).get(width).i32Mul().set(rowBytes);
  f.i32(0).get(left).i32Sub().set(column);
  f.repeat(outputs, () => {
    // The window covers columns max(0, column) … min(width, column + window), which may be none.
    f.get(column).i32(0).get(column).i32(0).i32GtS().select().set(first);
    f.get(column).get(window).i32Add().tee(covered).get(width).get(covered).get(width).i32LtS().select();
    f.get(first).i32Sub().tee(covered).i32(0).get(covered).i32(0).i32GtS().select().tee(covered);
    f.get(pixelBytes).i32Mul().set(coveredBytes);
    f.get(covered).get(rows).i32Mul().set(size);
    f.get(width).get(covered).i32Sub().get(channels).i32Mul().set(skipped);
    f.get(row).get(width).i32Mul().get(first).i32Add().get(channels).i32Mul().set(firstPosition);
    f.get(first).get(pixelBytes).i32Mul().get(start).i32Add().set(first);
    f.get(channels).set(rest);
    for (const lanes of [vectorLanes(f, 4), vectorLanes(f, 1), singleLane(f)]) poolChannels(lanes);
    f.increase(column, stride);
  });
  return f;
}

function vectorLanes(f: FunctionBuilder, count: number): Lanes {
  return {
    channels: count * 4,
    vectors: Array.from({ length: count }, (_, index) => index),
    load: (address, vector) => f.get(address).v128Load(vector * 16),
    store: (address, vector, value) => {
      const place = vector * 16;
      return f.get(address).get(value).v128Store(place);
    },
  };
}

function singleLane(f: FunctionBuilder): Lanes {
  return {
    channels: 1,
    vectors: [0],
    load: (address) => f.get(address).v128Load32Zero(),
    store: (address, _, value) => f.get(address).get(value).v128Store32Lane(0),
  };
}

function maximum({ f, lanes, element, output }: WindowContext): WindowCode {
  const { vectors } = lanes;
  const [best, isNaN] = [f.locals("v128", vectors.length), f.locals("v128", vectors.length)];
  const value = f.local("v128");
  const [minusInfinity, zero] = [f.f32x4Constant(Number.NEGATIVE_INFINITY), f.f32x4Constant(0)];
  return {
    begin: () => {
      for (const v of vectors) f.get(minusInfinity).set(best(v)).get(zero).set(isNaN(v));
    },
    // A pmax that drops NaN, which is noted beside it, is three instructions; f32x4.max is eight.
    each: () => {
      for (const v of vectors) {
        f.get(best(v));
        lanes.load(element, v).tee(value).f32x4Pmax().set(best(v));
        f.get(value).get(value).f32x4Ne().get(isNaN(v)).v128Or().set(isNaN(v));
      }
    },
    // A mask of ones is a NaN.
    end: () => {
      for (const v of vectors) {
        f.get(best(v)).get(isNaN(v)).v128Or().set(value);
        lanes.store(output, v, value);
      }
    },
  };
}

function maximumWithPosition(context: WindowContext): WindowCode {
  const { f, lanes, element, output, positions, channels, skipped, firstPosition, size } = context;
  const { vectors } = lanes;
  const [best, bestPosition] = [f.locals("v128", vectors.length), f.locals("v128", vectors.length)];
  const [position, value, isBetter] = f.localsOf("v128", 3);
  const [minusInfinity, minusOne] = [f.f32x4Constant(Number.NEGATIVE_INFINITY), f.i32x4Constant(-1)];
  const advance = (amount: Local): FunctionBuilder => f.get(position).get(amount).i32x4Splat().i32x4Add().set(position);
  return {
    // Positions are those of the first channel; the channel's number is added at the end.
    begin: () => {
      f.get(firstPosition).i32x4Splat().set(position);
      for (const v of vectors) f.get(minusInfinity).set(best(v)).get(position).set(bestPosition(v));
    },
    each: () => {
      for (const v of vectors) {
        lanes.load(element, v).tee(value);
        // Larger, or the first NaN.
        f.get(best(v)).f32x4Gt().get(value).get(value).f32x4Ne().v128Or();
        f.get(best(v)).get(best(v)).f32x4Eq().v128And().set(isBetter);
        f.get(value).get(best(v)).get(isBetter).v128Bitselect().set(best(v));
        f.get(position).get(bestPosition(v)).get(isBetter).v128Bitselect().set(bestPosition(v));
      }
      advance(channels);
    },
    nextRow: () => advance(skipped),
    end: () => {
      for (const v of vectors) {
        const channelNumbers = Int32Array.from([0, 1, 2, 3], (lane) => v * 4 + lane);
        f.get(bestPosition(v)).v128(new Uint8Array(channelNumbers.buffer)).i32x4Add();
        f.get(minusOne).get(size).select().set(value);
        lanes.store(output, v, best(v));
        lanes.store(positions, v, value);
      }
    },
  };
}

function average({ f, lanes, element, output, size }: WindowContext): WindowCode {
  const { vectors } = lanes;
  const sum = f.locals("v128", vectors.length);
  const zero = f.f32x4Constant(0);
  return {
    begin: () => {
      for (const v of vectors) f.get(zero).set(sum(v));
    },
    each: () => {
      for (const v of vectors) lanes.load(element, v).get(sum(v)).f32x4Add().set(sum(v));
    },
    end: () => {
      for (const v of vectors) {
        f.get(sum(v)).get(size).f32ConvertI32U().f32x4Splat().f32x4Div().set(sum(v));
        lanes.store(output, v, sum(v));
      }
    },
  };
}

/** Here `output` is read, and the image is added to. */
function averageGradient({ f, lanes, element, output, size }: WindowContext): WindowCode {
  const { vectors } = lanes;
  const [share, sum] = [f.locals("v128", vectors.length), f.local("v128")];
  return {
    begin: () => {
      for (const v of vectors) lanes.load(output, v).get(size).f32ConvertI32U().f32x4Splat().f32x4Div().set(share(v));
    },
    each: () => {
      for (const v of vectors) {
        lanes.load(element, v).get(share(v)).f32x4Add().set(sum);
        lanes.store(element, v, sum);
      }
    },
    end: () => undefined,
  };
}

function addAtPositions(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [values, positions, count, target] = f.parametersOf("i32", 4);
  const [position, address] = f.localsOf("i32", 2);
  f.repeat(count, () => {
    f.get(positions).i32Load().tee(position).i32(0).i32GeS();
    f.if(() => {
      f.get(position).i32(2).i32Shl().get(target).i32Add().tee(address);
      f.get(address).f32Load().get(values).f32Load().f32Add().f32Store();
    });
    f.increase(values, elementBytes).increase(positions, elementBytes);
  });
  return f;
}
