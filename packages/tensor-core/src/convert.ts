/** What ops accept beside tensors: numbers and variables. */
import { context } from "./context.ts";
import { apply } from "./dispatch.ts";
import type { DType } from "./dtype.ts";
import { dtypeInfo, isBig, type TypedArray } from "./dtype.ts";
import { AntlerError, DTypeError } from "./errors.ts";
import { isHalf } from "./half.ts";
import type { Op } from "./op.ts";
import * as s from "./scalar.ts";
import type { Shape } from "./shape.ts";
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
/** Every element the same number. An input may say on which backend; it is not read. */
export const fillOp: Op<Fill> = {
  name: "fill",
  infer: (_, { shape, dtype }) => [makeSpec(shape, dtype)],
  vjp: () => [null],
  how: { kind: "source", element: (_index, { value, dtype }) => s.num(value, dtype) },
};

/** A number in the storage layout of a dtype; a DTypeError where one without fractions would cut it off or wrap it around. */
export function encodeScalar(op: string, value: number, dtype: DType): TypedArray {
  const { array, bytes } = dtypeInfo(dtype);
  const host = new array(new ArrayBuffer(bytes));
  host[0] = (dtype === "bool" ? +!!value : isBig(dtype) ? BigInt(Number.isInteger(value) ? value : 0) : value) as never;
  if (/int|bool/.test(dtype) && Number(host[0]) !== value)
    throw new DTypeError(op, `${value} is no ${dtype}`, { hint: "Convert with cast()." });
  return host;
}

/** The tensor meant by an argument: itself, or its value. */
export function toTensor(op: string, x: TensorLike): Tensor {
  const t = x instanceof Tensor ? x : (x as Variable | undefined)?.value;
  if (t instanceof Tensor) return t;
  throw new AntlerError(op, `expected a tensor, got ${x && typeof x}`);
}

const constant = (dtype: DType, value: number, beside: readonly Tensor[] = []): Tensor =>
  apply(fillOp, beside, { shape: [], dtype, value });

/**
 * Calls `fn` with two operands as tensors; a number takes the other's dtype and place. What was made of a number is given
 * back at once, unless a tape or a trace needs it.
 */
export function withOperands<T>(op: string, x: TensorLike, y: TensorLike, fn: (x: Tensor, y: Tensor) => T): T {
  const given = typeof y !== "number" && toTensor(op, y);
  const a = typeof x !== "number" ? toTensor(op, x) : given ? scalarLike(given, x, op) : constant("float32", x);
  const b = given || scalarLike(a, y as number, op);
  const result = fn(a, b);
  if (!(context.trace || context.recorders.length)) {
    if (typeof x === "number") a.dispose();
    if (!given) b.dispose();
  }
  return result;
}

/** A scalar beside a tensor: an input of the program in eager code, so that a changing number compiles nothing; a constant in a trace. */
export function scalarLike(x: Tensor, value: number, op = "scalar"): Tensor {
  const spec = makeSpec([], x.dtype);
  const host = encodeScalar(op, value, x.dtype);
  if (context.trace || x.trace) return constant(x.dtype, value);
  // JavaScript has no 16-bit floats: the backend rounds a constant, and x says which backend.
  if (isHalf(x.dtype)) return constant(x.dtype, value, [x]);
  return new Tensor(spec, x.storage(op).backend.store(new Uint8Array(host.buffer), spec));
}
