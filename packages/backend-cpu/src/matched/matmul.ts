/** matMul as GEMM: transposes, slices and broadcasts are strides; batches are merged into rows where they can be. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { gemm, type KernelContext, packedRightBytes, packRight, tileRows } from "../kernels/index.ts";
import { address, isFloat32, operandAddress } from "./float32.ts";

interface Operand {
  readonly pointer: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** A stride for each batch axis of the result, 0 where it repeats. */
  readonly batch: readonly number[];
}

export const matMulKernel = (context: KernelContext): Matched => ({
  accepts: isFloat32,
  operands: "strided",
  epilogue: true,
  preparation: {
    operand: 1,
    // A matrix of each batch would be packed whole before the first is used; few rows read it where it lies.
    bytes: (call) => (sizesOf(call).m > tileRows && call.specs.inputs[1]!.shape.length === 2 ? packedRightBytes(sizesOf(call)) : 0),
    make: (call, into) => packRight(context, { ...sizesOf(call), b: operand(call, 1, attrsOf(call).transposeB, []) }, address(into)),
  },
  run(call) {
    const { transposeA, transposeB } = attrsOf(call);
    const batch = call.specs.outputs[0]!.shape.slice(0, -2);
    const a = operand(call, 0, transposeA, batch);
    const b = operand(call, 1, transposeB, batch);
    multiply(context, call, { ...sizesOf(call), batch, a, b });
  },
});

type Sizes = Pick<MatchedCall, "specs" | "attrs">;
const attrsOf = (call: Sizes): { transposeA: boolean; transposeB: boolean } => call.attrs;
function sizesOf(call: Sizes): { m: number; n: number; k: number } {
  const [m, n] = call.specs.outputs[0]!.shape.slice(-2) as [number, number];
  return { m, n, k: call.specs.inputs[0]!.shape.at(attrsOf(call).transposeA ? -2 : -1)! };
}

function operand(call: MatchedCall, which: number, transposed: boolean, batch: readonly number[]): Operand {
  const { shape } = call.specs.inputs[which]!;
  const { strides } = call.layouts[which]!;
  const [x, y] = strides.slice(-2) as [number, number];
  const missing = batch.length - (shape.length - 2);
  return {
    pointer: operandAddress(call, which),
    rowStride: transposed ? y : x,
    columnStride: transposed ? x : y,
    batch: batch.map((_, i) => (i < missing || shape[i - missing] === 1 ? 0 : strides[i - missing]!)),
  };
}

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
}
function multiply(context: KernelContext, call: MatchedCall, given: Product): void {
  const { m, n, k, batch, a, b } = mergeBatches(given);
  const { done, prepared } = call;
  const c = address(call.outputs[0]);
  const count = batch.reduce((x, y) => x * y, 1);
  for (let item = 0; item < count; item++) {
    let [left, right] = [a.pointer, b.pointer];
    for (let axis = batch.length - 1, rest = item; axis >= 0; axis--) {
      const at = rest % batch[axis]!;
      rest = Math.floor(rest / batch[axis]!);
      left += 4 * at * a.batch[axis]!;
      right += 4 * at * b.batch[axis]!;
    }
    const row = item * m;
    gemm(context, {
      m,
      n,
      k,
      a: { ...a, pointer: left },
      b: { ...b, pointer: right },
      packed: prepared === undefined ? undefined : address(prepared),
      c: { pointer: c + 4 * row * n, rowStride: n },
      done: done && ((row0, row1, column0, column1) => done(row + row0, row + row1, column0, column1)),
    });
  }
}
/** A batch axis that only the left operand has, and that lies in front of its rows, is more rows. */
function mergeBatches(p: Product): Product {
  let { m, batch, a, b } = p;
  while (batch.length && b.batch.at(-1) === 0 && (a.batch.at(-1) === m * a.rowStride || batch.at(-1) === 1)) {
    m *= batch.at(-1)!;
    batch = batch.slice(0, -1);
    a = { ...a, batch: a.batch.slice(0, -1) };
    b = { ...b, batch: b.batch.slice(0, -1) };
  }
  return { ...p, m, batch, a, b };
}
