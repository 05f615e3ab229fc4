// The WebAssembly of pooling: one row of results per call, vectors along the channels.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes } from "./context.ts";
import { emitRowPass, type RowPart } from "./row-pass.ts";

/**
 * Pools one row of windows. `start` is the first valid element of the first of `rows` rows of the image; window w
 * covers columns w·stride − left up to `window` further on. `row` is the number of the first row, for positions.
 */
export type PoolRow = (
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
  readonly averagePoolRow: PoolRow;
  /** Here `output` is read, and the image is added to. */
  readonly averagePoolRowGradient: PoolRow;
  /** target[positions[i]] += values[i]; negative positions are skipped. */
  addAtPositions(values: number, positions: number, count: number, target: number): void;
}

export const poolingKernels: KernelSources<PoolingExports> = {
  maxPoolRow: () => poolRow(maximum),
  averagePoolRow: () => poolRow(average),
  averagePoolRowGradient: () => poolRow(averageGradient),
  addAtPositions,
};

/** What the code of a window works with. */
interface Window {
  readonly f: FunctionBuilder;
  /** The channels at hand. */
  readonly part: RowPart;
  /** The address of the element at hand, and those of the results. */
  readonly element: Local;
  readonly output: Local;
  readonly positions: Local;
  readonly channels: Local;
  /** Elements from the end of a window's row to the start of its next. */
  readonly skipped: Local;
  /** The flat position of the window's first element in the first of all channels. */
  readonly firstPosition: Local;
  /** The number of the first channel at hand. */
  readonly firstChannel: Local;
  /** The number of elements in the window. */
  readonly size: Local;
  /** Emits loops over the window's elements and, after each row of them, `nextRow`. */
  eachElement(code: () => void, nextRow?: () => void): void;
}

function poolRow(emitWindow: (window: Window) => void): FunctionBuilder {
  const f = new FunctionBuilder();
  const [start, rows, width, channels, window, stride, left, outputs, output, positions, row] = f.parametersOf("i32", 11);
  const [column, covered, pixelBytes, rowBytes, coveredBytes, rowsLeft] = f.localsOf("i32", 6);
  const [first, from, to, toPositions, rowStart, element, rowEnd] = f.localsOf("i32", 7);
  const [skipped, firstPosition, firstChannel, size] = f.localsOf("i32", 4);

  const eachElement = (code: () => void, nextRow?: () => void): void => {
    f.get(from).set(rowStart).get(rows).set(rowsLeft);
    f.repeat(rowsLeft, () => {
      f.get(rowStart).tee(element).get(coveredBytes).i32Add().set(rowEnd);
      f.whileBelow(element, rowEnd, () => {
        code();
        f.increase(element, pixelBytes);
      });
      nextRow?.();
      f.increase(rowStart, rowBytes);
    });
  };
  const common = { f, element, output: to, positions: toPositions, channels, skipped, firstPosition, firstChannel, size, eachElement };
  /** Of two locals. */
  const larger = (a: Local, b: Local): FunctionBuilder => f.get(a).get(b).get(a).get(b).i32GtS().select();
  const zero = f.local("i32");

  f.get(channels).i32(2).i32Shl().tee(pixelBytes).get(width).i32Mul().set(rowBytes);
  f.i32(0).get(left).i32Sub().set(column);
  f.repeat(outputs, () => {
    // The window covers columns max(0, column) … min(width, column + window), which may be none.
    larger(column, zero).set(first);
    f.get(column).get(window).i32Add().tee(covered).get(width).get(covered).get(width).i32LtS().select();
    f.get(first).i32Sub().set(covered);
    larger(covered, zero).tee(covered).get(pixelBytes).i32Mul().set(coveredBytes);
    f.get(covered).get(rows).i32Mul().set(size);
    f.get(width).get(covered).i32Sub().get(channels).i32Mul().set(skipped);
    f.get(row).get(width).i32Mul().get(first).i32Add().get(channels).i32Mul().set(firstPosition);
    f.get(first).get(pixelBytes).i32Mul().get(start).i32Add().set(first);
    const pointers = [
      [first, from],
      [output, to],
      [positions, toPositions],
    ] as const;
    emitRowPass(f, { columns: channels, pointers, vectors: 4 }, (part) => {
      f.get(to).get(output).i32Sub().i32(2).i32ShrU().set(firstChannel);
      emitWindow({ ...common, part });
    });
    for (const pointer of [output, positions]) f.increase(pointer, pixelBytes);
    f.increase(column, stride);
  });
  return f;
}

function maximum(window: Window): void {
  const { f, part, element, output, positions, channels, skipped, firstPosition, size, firstChannel, eachElement } = window;
  const vectors = part.values.map((value) => ({ value, best: f.local("v128"), where: f.local("v128") }));
  const [position, isKept] = f.localsOf("v128", 2);
  const minusInfinity = f.f32x4Constant(Number.NEGATIVE_INFINITY);
  const advance = (amount: Local): void => {
    f.get(position).get(amount).i32x4Splat().i32x4Add().set(position);
  };
  // Positions are those of the first channel; the channel's number is added at the end.
  f.get(firstPosition).i32x4Splat().set(position);
  for (const { best, where } of vectors) f.get(minusInfinity).set(best).get(position).set(where);
  eachElement(
    () => {
      part.load(element, minusInfinity);
      for (const { value, best, where } of vectors) {
        // Kept is what is not smaller, and the first NaN.
        f.get(value).get(best).f32x4Le().get(best).get(best).f32x4Ne().v128Or().set(isKept);
        f.get(best).get(value).get(isKept).v128Bitselect().set(best);
        f.get(where).get(position).get(isKept).v128Bitselect().set(where);
      }
      advance(channels);
    },
    () => advance(skipped),
  );
  part.store(
    output,
    vectors.map(({ best }) => best),
  );
  for (const [index, { where }] of vectors.entries()) {
    const channelNumbers = Int32Array.from([0, 1, 2, 3], (lane) => index * 4 + lane);
    f.get(where).v128(new Uint8Array(channelNumbers.buffer)).i32x4Add().get(firstChannel).i32x4Splat().i32x4Add();
    f.i32x4(-1).get(size).select().set(where);
  }
  part.store(
    positions,
    vectors.map(({ where }) => where),
  );
}

function average({ f, part, element, output, size, eachElement }: Window): void {
  const { values } = part;
  const sums = values.map(() => f.local("v128"));
  const zero = f.f32x4Constant(0);
  for (const sum of sums) f.get(zero).set(sum);
  eachElement(() => {
    part.load(element, zero);
    for (const [index, sum] of sums.entries())
      f.get(sum)
        .get(values[index] as Local)
        .f32x4Add()
        .set(sum);
  });
  for (const sum of sums) f.get(sum).get(size).f32ConvertI32U().f32x4Splat().f32x4Div().set(sum);
  part.store(output, sums);
}

function averageGradient({ f, part, element, output, size, eachElement }: Window): void {
  const { values } = part;
  const shares = values.map(() => f.local("v128"));
  const zero = f.f32x4Constant(0);
  part.load(output, zero);
  for (const [index, share] of shares.entries())
    f.get(values[index] as Local)
      .get(size)
      .f32ConvertI32U()
      .f32x4Splat()
      .f32x4Div()
      .set(share);
  eachElement(() => {
    part.load(element, zero);
    for (const [index, share] of shares.entries())
      f.get(share)
        .get(values[index] as Local)
        .f32x4Add()
        .set(values[index] as Local);
    part.store(element);
  });
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
