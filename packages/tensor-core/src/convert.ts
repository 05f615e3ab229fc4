/** What ops accept beside tensors: numbers and variables. */
import { context } from "./context.ts";
import type { DType } from "./dtype.ts";
import { dtypeInfo, integerRange, isBig, isFloat, isInteger } from "./dtype.ts";
import { apply } from "./dispatch.ts";
import { AntlerError, DTypeError } from "./errors.ts";
import type { Op } from "./op.ts";
import * as s from "./scalar.ts";
import { checkSizes, type Shape } from "./shape.ts";
import { makeSpec } from "./spec.ts";
import { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/** A tensor, a variable (its value now), or a number (a scalar of the other operand's dtype). */
export type TensorLike = Tensor | Variable | number;

interface Fill {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly value: number;
}
/** Every element the same number. */
export const fillOp: Op<Fill> = {
  name: "fill",
  infer(_, { shape, dtype, value }) {
    checkSizes("fill", shape);
    checkNumber("fill", value, dtype);
    return [makeSpec(shape, dtype)];
  },
  how: { kind: "source", element: (_index, { value, dtype }) => s.num(value, dtype) },
};

/** The same values in another dtype. */
export const castOp: Op<{ dtype: DType }> = {
  name: "cast",
  infer: ([x], { dtype }) => [makeSpec(x!.shape, dtype)],
  vjp: ([dy], [x]) => [isFloat(x!.dtype) ? apply(castOp, [dy!], { dtype: x!.dtype }) : null],
  how: { kind: "map", body: ([x], { dtype }) => [dtype === "bool" ? s.ne(x!, s.like(x!, 0)) : s.cast(x!, dtype)] },
};

/** Refuses a number that a dtype without fractions cannot hold: it would be cut off or wrap around. */
function checkNumber(op: string, value: number, dtype: DType): void {
  if (!isInteger(dtype) && dtype !== "bool") return;
  const [least, greatest] = integerRange(dtype);
  if (!Number.isInteger(value) || value < least || value > greatest) {
    throw new DTypeError(op, `${value} is no ${dtype}`, { hint: "Convert the tensor with cast()." });
  }
}

/** The tensor meant by an argument: itself, or its value. */
export function toTensor(op: string, x: TensorLike): Tensor {
  const t = x instanceof Tensor ? x : (x as Variable | undefined)?.value;
  if (t instanceof Tensor) return t;
  throw new AntlerError(op, `expected a tensor, got ${x === null ? "null" : typeof x}`);
}

/** Two operands as tensors; a number takes the other's dtype and place. */
export function operands(op: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  if (typeof x === "number") {
    const b = typeof y === "number" ? apply(fillOp, [], { shape: [], dtype: "float32", value: y }) : toTensor(op, y);
    return [scalarLike(b, x, op), b];
  }
  const a = toTensor(op, x);
  return [a, typeof y === "number" ? scalarLike(a, y, op) : toTensor(op, y)];
}

/** A scalar beside a tensor: an input of the program in eager code, so that a changing number compiles nothing; a constant in a trace. */
export function scalarLike(x: Tensor, value: number, op = "scalar"): Tensor {
  const { dtype } = x;
  checkNumber(op, value, dtype);
  if (context.trace) return apply(fillOp, [], { shape: [], dtype, value });
  const { backend } = x.storage(op);
  // 16-bit floats have no typed array: the backend rounds.
  const half = dtype.endsWith("float16");
  const spec = makeSpec([], half ? "float32" : dtype);
  const { array, bytes } = dtypeInfo(spec.dtype);
  const host = new array(new ArrayBuffer(bytes));
  host[0] = (isBig(dtype) ? BigInt(value) : value) as never;
  const t = new Tensor(spec, backend.store(new Uint8Array(host.buffer), spec));
  return half ? apply(castOp, [t], { dtype }) : t;
}
