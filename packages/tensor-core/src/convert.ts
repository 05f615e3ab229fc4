/** What ops accept beside tensors: numbers and variables. */
import { context } from "./context.ts";
import type { DType } from "./dtype.ts";
import { dtypeInfo } from "./dtype.ts";
import { apply } from "./dispatch.ts";
import type { Op } from "./op.ts";
import * as s from "./scalar.ts";
import type { Shape } from "./shape.ts";
import { makeSpec, type StaticSpec } from "./spec.ts";
import { expectTensor, Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

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
  infer: (_, { shape, dtype }) => [makeSpec(shape, dtype)],
  how: { kind: "source", element: (_index, { value, dtype }) => s.num(value, dtype) },
};

/** The tensor meant by an argument. */
export function toTensor(op: string, x: TensorLike): Tensor {
  if (x instanceof Variable) return x.value;
  expectTensor(op, x);
  return x;
}

/** Two operands as tensors; a number takes the other's dtype and place. */
export function operands(op: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  if (typeof x === "number") {
    const b = typeof y === "number" ? apply(fillOp, [], { shape: [], dtype: "float32", value: y }) : toTensor(op, y);
    return [scalarLike(b, x), b];
  }
  const a = toTensor(op, x);
  return [a, typeof y === "number" ? scalarLike(a, y) : toTensor(op, y)];
}

/** A scalar beside a tensor: an input of the program in eager code, so that a changing number compiles nothing; a constant in a trace. */
export function scalarLike(x: Tensor, value: number): Tensor {
  const spec = makeSpec([], x.dtype) as StaticSpec;
  if (context.trace) return apply(fillOp, [], { shape: [], dtype: x.dtype, value });
  const { backend } = x.storage("scalar");
  const host = new (dtypeInfo(x.dtype).array)(new ArrayBuffer(dtypeInfo(x.dtype).bytes));
  host[0] = (host instanceof BigInt64Array || host instanceof BigUint64Array ? BigInt(value) : value) as never;
  return new Tensor(spec, backend.store(new Uint8Array(host.buffer), spec));
}
