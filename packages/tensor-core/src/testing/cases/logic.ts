/** Cases: comparison, logic and choice. */
import {
  equal,
  greater,
  greaterEqual,
  isFinite as isFiniteOp,
  isInf,
  isNaN as isNaNOp,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  where,
} from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import { exact } from "../compare.ts";
import { mapped } from "../host.ts";
import { bools, distinct, given, ints, reals } from "../values.ts";
import { binaryCases, INTS, type OpCase, SIGNED, unaryCases } from "./case.ts";

type Two = (x: Tensor, y: Tensor) => Tensor;
const comparisons: readonly (readonly [string, Two, (x: number, y: number) => boolean])[] = [
  ["equal", equal, (x, y) => x === y],
  ["notEqual", notEqual, (x, y) => x !== y],
  ["less", less, (x, y) => x < y],
  ["lessEqual", lessEqual, (x, y) => x <= y],
  ["greater", greater, (x, y) => x > y],
  ["greaterEqual", greaterEqual, (x, y) => x >= y],
];
const logics: readonly (readonly [string, Two, (x: number, y: number) => boolean])[] = [
  ["logicalAnd", logicalAnd, (x, y) => x + y === 2],
  ["logicalOr", logicalOr, (x, y) => x + y > 0],
  ["logicalXor", logicalXor, (x, y) => x + y === 1],
];
const bit =
  (f: (x: number, y: number) => boolean) =>
  (x: number, y: number): number =>
    f(x, y) ? 1 : 0;

// biome-ignore format: a table, one row a line
export const logicCases: readonly OpCase[] = [
  ...comparisons.flatMap(([op, call, f]): OpCase[] => [
    // Few distinct integers, so that equal ones meet often.
    ...binaryCases(op, call, bit(f), { grad: false, make: (shape) => ints(shape, -1, 1) }),
    { op, name: "signed integers", inputs: [ints([4, 4], -1, 1), ints([4], -1, 1)], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: SIGNED, tolerance: exact, batch: [0] },
    { op, name: "unsigned integers", inputs: [ints([4, 4], 0, 2), ints([4], 0, 2)], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: INTS, tolerance: exact, batch: [0] },
    { op, name: "the top bit of uint32", inputs: [given([0xffffffff, 1, 0x80000000], [3], "uint32"), given([1, 0xffffffff, 0x7fffffff], [3], "uint32")], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: ["uint32"], tolerance: exact },
    { op, name: "a number on either side", inputs: [ints([6], -1, 1)], call: (x) => [call(x, 0 as never), call(0 as never, x)], expected: (x) => [mapped((v) => bit(f)(v!, 0))(x), mapped((v) => bit(f)(0, v!))(x)], tolerance: exact, batch: [0] },
  ]),
  { op: "equal", name: "bools", inputs: [bools([3, 4]), bools([4])], call: equal, expected: mapped((x, y) => (x === y ? 1 : 0)), dtypes: ["bool"], tolerance: exact, batch: [0] },
  { op: "notEqual", name: "bools", inputs: [bools([3, 4]), bools([4])], call: notEqual, expected: mapped((x, y) => (x !== y ? 1 : 0)), dtypes: ["bool"], tolerance: exact, batch: [0] },
  ...logics.flatMap(([op, call, f]): OpCase[] => [
    { op, name: "truth table", inputs: [given([0, 0, 1, 1], [4], "bool"), given([0, 1, 0, 1], [4], "bool")], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: ["bool"], tolerance: exact },
    { op, name: "broadcast both ways", inputs: [bools([3, 1, 5]), bools([4, 1])], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: ["bool"], tolerance: exact, batch: [0] },
    { op, name: "size 0", inputs: [bools([0, 5]), bools([5])], call: call as OpCase["call"], expected: mapped(bit(f) as never), dtypes: ["bool"], tolerance: exact, batch: [0] },
  ]),
  { op: "logicalNot", name: "odd size", inputs: [bools([3, 7])], call: logicalNot, expected: mapped((x) => 1 - x!), dtypes: ["bool"], tolerance: exact, batch: [0] },
  { op: "logicalNot", name: "scalar", inputs: [given([1], [], "bool")], call: logicalNot, expected: mapped((x) => 1 - x!), dtypes: ["bool"], tolerance: exact },
  ...unaryCases("isNaN", isNaNOp, (x) => (Number.isNaN(x) ? 1 : 0), { grad: false }),
  ...unaryCases("isFinite", isFiniteOp, (x) => (Number.isFinite(x) ? 1 : 0), { grad: false }),
  ...unaryCases("isInf", isInf, (x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? 1 : 0), { grad: false }),

  { op: "where", name: "equal shapes", inputs: [bools([3, 4]), reals([3, 4]), reals([3, 4])], call: where, expected: mapped((c, x, y) => (c ? x! : y!)), tolerance: exact, grad: true, batch: [0, 1, 2] },
  { op: "where", name: "everything broadcasts", inputs: [bools([2, 1, 1]), reals([3, 1]), reals([1, 4])], call: where, expected: mapped((c, x, y) => (c ? x! : y!)), tolerance: exact, grad: true, batch: [0] },
  { op: "where", name: "numbers for tensors", inputs: [bools([5]), reals([5])], call: (c, x) => [where(c, x, 0), where(c, -1, x)], expected: (c, x) => [mapped((p, v) => (p ? v! : 0))(c, x), mapped((p, v) => (p ? -1 : v!))(c, x)], tolerance: exact, grad: true, batch: [0, 1] },
  { op: "where", name: "NaN on the side not taken", inputs: [given([1, 0], [2], "bool"), given([1, Number.NaN]), given([Number.NaN, 2])], call: where, expected: () => ({ shape: [2], data: [1, 2] }), tolerance: exact },
  { op: "where", name: "integers", inputs: [bools([4]), ints([4], 0, 9), ints([], 0, 9)], call: where, expected: mapped((c, x, y) => (c ? x! : y!)), dtypes: INTS, tolerance: exact, batch: [0, 1] },
  { op: "where", name: "bools", inputs: [bools([4]), bools([4]), bools([4])], call: where, expected: mapped((c, x, y) => (c ? x! : y!)), dtypes: ["bool"], tolerance: exact, batch: [0, 1, 2] },
  { op: "where", name: "size 0", inputs: [bools([0]), reals([0]), reals([])], call: where, expected: mapped((c, x, y) => (c ? x! : y!)), tolerance: exact, grad: true, batch: [0, 1] },
  { op: "where", name: "the condition from a comparison", inputs: [distinct([3, 4]), reals([4])], call: (x, y) => where(greater(x, 0), x, y), expected: mapped((x, y) => (x! > 0 ? x! : y!)), tolerance: exact, grad: true, batch: [0] },
];
