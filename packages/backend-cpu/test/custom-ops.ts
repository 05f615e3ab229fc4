// Four ops as a user would add them: one definition each.
import { add, apply, broadcastTo, div, known, makeSpec, mul, type Op, reshape, scalars as s, type Tensor } from "@antler/tensor-core";

/** A map: x³. */
const cubeOp: Op<undefined> = {
  name: "cube",
  infer: ([x]) => [x!],
  vjp: ([dy], [x]) => [mul(dy!, mul(mul(x!, x!), 3))],
  how: { kind: "map", body: ([x]) => [s.mul(s.mul(x!, x!), x!)] },
};
export const cube = (x: Tensor): Tensor => apply(cubeOp, [x], undefined);

/** A view: columns 0, 2, 4, … of a matrix; its gradient puts zeros between. */
const everySecondOp: Op<undefined> = {
  name: "everySecond",
  infer: ([x]) => [makeSpec([x!.shape[0]!, Math.ceil(known("everySecond", x!.shape[1]!) / 2)], x!.dtype)],
  vjp: ([dy], [x]) => [apply(spreadOp, [dy!], { columns: x!.dims[1] as number })],
  how: { kind: "view", at: ([i, j]) => [{ input: 0, index: [i!, s.mul(j!, s.int(2))] }] },
};
export const everySecond = (x: Tensor): Tensor => apply(everySecondOp, [x], undefined);
const spreadOp: Op<{ columns: number }> = {
  name: "spread",
  infer: ([x], { columns }) => [makeSpec([x!.shape[0]!, columns], x!.dtype)],
  vjp: ([dy]) => [everySecond(dy!)],
  how: {
    kind: "view",
    at: ([i, j]) => [{ input: 0, index: [i!, s.floorDiv(j!, s.int(2))], valid: s.eq(s.mod(j!, s.int(2)), s.int(0)) }],
  },
};

/** A fold: the Euclidean length of each row. */
const lengthOp: Op<undefined> = {
  name: "lengthOf",
  infer: ([x]) => [makeSpec([x!.shape[0]!], x!.dtype)],
  vjp: ([dy], [x], [y]) => {
    const column = (t: Tensor): Tensor => broadcastTo(reshape(t, [t.dims[0]!, 1]), x!.dims);
    return [div(mul(column(dy!), x!), column(y!))];
  },
  how: {
    kind: "fold",
    axes: () => [1],
    zero: (_, [x]) => [s.num(0, x!.dtype)],
    lift: ([x]) => [s.mul(x!, x!)],
    combine: ([a], [b]) => [s.add(a!, b!)],
    finish: ([a]) => [s.unary("sqrt", a!)],
  },
};
export const lengthOf = (x: Tensor): Tensor => apply(lengthOp, [x], undefined);

/** A composite: x³ / (1 + x⁶). */
const squashOp: Op<undefined> = {
  name: "squash",
  infer: ([x]) => [x!],
  vjp: ([dy], [x], [y]) => {
    const square = mul(x!, x!);
    const below = add(mul(mul(square, square), square), 1);
    return [mul(dy!, div(mul(square, add(mul(mul(y!, cube(x!)), -6), 3)), below))];
  },
  how: { kind: "composite", expand: ([x]) => [div(cube(x!), add(mul(cube(x!), cube(x!)), 1))] },
};
export const squash = (x: Tensor): Tensor => apply(squashOp, [x], undefined);

/** For reading graphs back. */
// biome-ignore lint/suspicious/noExplicitAny: ops of every attrs type
export const ops: readonly Op<any>[] = [cubeOp, everySecondOp, spreadOp, lengthOp, squashOp];
