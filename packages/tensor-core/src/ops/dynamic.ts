/** Blocks whose place is data, and padding by what lies inside. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, sameDType } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import type { Op, Piece } from "../op.ts";
import { concat, reverse, slice, zeros } from "../primitives.ts";
import * as s from "../scalar.ts";
import { isKnown, known, type Shape } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";

/** Where a block of a size begins along each axis, moved inside where it would reach out. */
const beginnings = (input: number, begin: Spec, whole: Shape, size: Shape): s.Expr[] =>
  size.map((d, k) => {
    const last = s.sub(s.dim(whole[k]!), s.dim(d));
    return s.min(s.max(s.cast(s.read(input, begin.dtype, [s.int(k)]), "int32"), s.int(0)), last);
  });
function checkBlock(op: string, whole: Spec, begin: Spec, size: Shape): void {
  check(op, [begin], "int");
  const rank = whole.shape.length;
  const tooLarge = size.some((d, k) => isKnown(d) && isKnown(whole.shape[k]!) && d > (whole.shape[k] as number));
  if (begin.shape.length !== 1 || begin.shape[0] !== rank || size.length !== rank || tooLarge)
    throw new ShapeError(op, "needs a block that fits, and where it begins along each axis", {
      got: [whole, makeSpec(size, whole.dtype), begin],
    });
}
/** The places of a block of the whole; `valid` where they lie in the block. */
function inBlock(index: readonly s.Expr[], begins: readonly s.Expr[], size: Shape): Omit<Piece, "input"> {
  const local = index.map((i, k) => s.sub(i, begins[k]!));
  return { index: local, ...(local.length && { valid: local.map((i, k) => s.within(i, size[k]!)).reduce(s.and) }) };
}

const dynamicSliceOp: Op<{ size: Shape }> = {
  name: "dynamicSlice",
  infer([x, begin], { size }) {
    checkBlock("dynamicSlice", x!, begin!, size);
    return [makeSpec(size, x!.dtype)];
  },
  vjp: ([dy], [x, begin]) => [sliceUpdate(zeros(x!.dims, dy!.dtype), begin!, dy!), null],
  how: {
    kind: "view",
    at(index, { size }, [x, begin]) {
      const begins = beginnings(1, begin!, x!.shape, size);
      return [{ input: 0, index: index.map((i, k) => s.add(i, begins[k]!)) }];
    },
  },
};
/**
 * A block of x that begins where a tensor says. One that would reach beyond x is moved inside.
 * @param begin integers `[rank]`
 * @example
 * dynamicSlice(tensor([1, 2, 3, 4]), tensor([1], undefined, "int32"), [2]); // [2, 3]
 */
export const dynamicSlice = (x: TensorLike, begin: TensorLike, size: Shape): Tensor =>
  apply(dynamicSliceOp, [toTensor("dynamicSlice", x), toTensor("dynamicSlice", begin)], { size });

const sliceUpdateOp: Op<undefined> = {
  name: "sliceUpdate",
  infer([x, begin, update]) {
    sameDType("sliceUpdate", [x!, update!]);
    checkBlock("sliceUpdate", x!, begin!, update!.shape);
    return [x!];
  },
  vjp: ([dy], [, begin, update]) => [
    sliceUpdate(dy!, begin!, zeros(update!.dims, dy!.dtype)),
    null,
    dynamicSlice(dy!, begin!, update!.dims),
  ],
  how: {
    kind: "view",
    at(index, _, [x, begin, update]) {
      const begins = beginnings(1, begin!, x!.shape, update!.shape);
      return [
        { input: 2, ...inBlock(index, begins, update!.shape) },
        { input: 0, index },
      ];
    },
  },
};
/**
 * x with a block replaced that begins where a tensor says, moved inside where it would reach beyond x.
 * @param begin integers `[rank]`
 * @param update the block, of x's dtype and rank
 */
export const sliceUpdate = (x: TensorLike, begin: TensorLike, update: TensorLike): Tensor =>
  apply(sliceUpdateOp, [toTensor("sliceUpdate", x), toTensor("sliceUpdate", begin), toTensor("sliceUpdate", update)], undefined);

/**
 * x with `[before, after]` further elements along each axis, mirrored at its edges.
 * @param mode "reflect": the edge itself once; "symmetric": the edge again
 * @example
 * mirrorPad(tensor([1, 2, 3]), [[2, 1]], "reflect"); // [3, 2, 1, 2, 3, 2]
 */
export function mirrorPad(x: TensorLike, paddings: readonly (readonly [number, number])[], mode: "reflect" | "symmetric"): Tensor {
  const t = toTensor("mirrorPad", x);
  const skipped = mode === "reflect" ? 1 : 0;
  if (paddings.length !== t.rank)
    throw new ShapeError("mirrorPad", `takes one [before, after] for each of ${t.rank} axes, got ${JSON.stringify(paddings)}`, {
      got: [t.spec],
    });
  return paddings.reduce<Tensor>((y, [before, after], axis) => {
    if (before === 0 && after === 0) return y;
    const n = known("mirrorPad", y.dims[axis]!);
    if (Math.min(before, after) < 0 || Math.max(before, after) > n - skipped)
      throw new ShapeError("mirrorPad", `axis ${axis} has no [${before}, ${after}] elements to mirror`, { got: [t.spec] });
    const mirrored = (begin: number, size: number): Tensor =>
      reverse(
        slice(
          y,
          y.dims.map((_, k) => (k === axis ? begin : 0)),
          y.dims.map((d, k) => (k === axis ? size : d)),
        ),
        axis,
      );
    return concat([mirrored(skipped, before), y, mirrored(n - skipped - after, after)], axis);
  }, t);
}
