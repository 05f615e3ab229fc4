/** matMul as GEMM: transposes, slices and broadcasts are strides; batches are merged into rows where they can be. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { gemm, type KernelContext, packedRightBytes, packingPart, packRight, productSpeed, tileRows } from "../kernels/index.ts";
import { address, isFloat32, operandAddress } from "./float32.ts";

interface Operand {
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
    bytes(call) {
      const { m, n, k, b } = productOf(call);
      // Matrices of a batch would be packed whole before the first is used; few rows read it where it lies.
      return m > tileRows && b.batch.every((stride) => stride === 0) ? packedRightBytes({ n, k }) : 0;
    },
    part: (call) => packingPart(productOf(call).m),
    make(call, into) {
      const { n, k, b } = productOf(call);
      packRight(context, { n, k, b: { ...b, pointer: operandAddress(call, 1) } }, address(into));
    },
  },
  run: (call) => multiply(context, call, productOf(call)),
});

/** Worked out once for each step of a program: its layouts are told by their identity. */
const products = new WeakMap<MatchedCall["layouts"], Product>();
function productOf(call: Pick<MatchedCall, "specs" | "layouts" | "attrs">): Product {
  let p = products.get(call.layouts);
  if (!p) {
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
    const shape = call.specs.outputs[0]!.shape;
    const [m, n] = shape.slice(-2) as [number, number];
    const k = call.specs.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
    const batch = shape.slice(0, -2);
    const operand = (which: number, transposed: boolean): Operand => operandOf(call, which, transposed, batch);
    products.set(call.layouts, (p = mergeBatches({ m, n, k, batch, a: operand(0, transposeA), b: operand(1, transposeB) })));
  }
  return p;
}

function operandOf(call: Pick<MatchedCall, "specs" | "layouts">, which: number, transposed: boolean, batch: readonly number[]): Operand {
  const { shape } = call.specs.inputs[which]!;
  const { strides } = call.layouts[which]!;
  const [x, y] = strides.slice(-2) as [number, number];
  const missing = batch.length - (shape.length - 2);
  return {
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
function multiply(context: KernelContext, call: MatchedCall, { m, n, k, batch, a, b }: Product): void {
  const { done, prepared } = call;
  const c = address(call.outputs[0]);
  const count = batch.reduce((x, y) => x * y, 1);
  context.each(count, (count * m * n * k) / productSpeed, (context, item) => {
    let [left, right] = [operandAddress(call, 0), operandAddress(call, 1)];
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
      a: { pointer: left, rowStride: a.rowStride, columnStride: a.columnStride },
      b: { pointer: right, rowStride: b.rowStride, columnStride: b.columnStride },
      packed: prepared === undefined ? undefined : address(prepared),
      c: { pointer: c + 4 * row * n, rowStride: n },
      done: done && ((row0, row1, column0, column1) => done(row + row0, row + row1, column0, column1)),
    });
  });
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
