/** Cases: tensors of numbers that come from nowhere. */

import { scalarLike, toTensor } from "../../convert.ts";
import { eye, oneHot, range } from "../../ops/arrays.ts";
import { fill, iota, ones, onesLike, zeros, zerosLike } from "../../primitives.ts";
import { exact, oneRounding } from "../compare.ts";
import { build, type Expected, get } from "../host.ts";
import { given, ints, reals } from "../values.ts";
import { ALL, type OpCase } from "./case.ts";

const numbers = (op: string, name: string, call: OpCase["call"], expected: Expected, options: Partial<OpCase> = {}): OpCase => ({
  op,
  name,
  inputs: [],
  call,
  expected: () => expected,
  dtypes: ["float32"],
  tolerance: exact,
  ...options,
});
const constant = (shape: readonly number[], value: number): Expected => build(shape, () => value);

// biome-ignore format: a table, one row a line
export const creationCases: readonly OpCase[] = [
  numbers("fill", "matrix", () => fill([2, 3], 0.1), constant([2, 3], 0.1), { tolerance: oneRounding }),
  numbers("fill", "scalar, infinite and NaN", () => [fill([], Number.NEGATIVE_INFINITY), fill([2], Number.NaN)], constant([], Number.NEGATIVE_INFINITY), {
    expected: () => [constant([], Number.NEGATIVE_INFINITY), constant([2], Number.NaN)],
  }),
  numbers("fill", "integers", () => fill([3], -7, "int32"), constant([3], -7)),
  numbers("fill", "size 0", () => fill([0, 2], 1), constant([0, 2], 1)),
  numbers("zeros", "bool and int32", () => [zeros([2], "bool"), zeros([2], "int32")], constant([2], 0), { expected: () => [constant([2], 0), constant([2], 0)] }),
  numbers("ones", "bool and float32", () => [ones([2], "bool"), ones([1, 2])], constant([2], 1), { expected: () => [constant([2], 1), constant([1, 2], 1)] }),
  ...([["zerosLike", zerosLike, 0], ["onesLike", onesLike, 1]] as const).map(
    ([op, call, value]): OpCase => ({ op, name: "all dtypes", inputs: [ints([2, 3], 0, 9)], call: (x) => call(x), expected: (x) => constant(x.shape, value), dtypes: ALL, tolerance: exact, batch: [0] }),
  ),
  numbers("iota", "along either axis", () => [iota([2, 3], 0), iota([2, 3], -1), iota([4], 0, "float32")], constant([], 0), {
    expected: () => [build([2, 3], ([i]) => i!), build([2, 3], ([, j]) => j!), build([4], ([i]) => i!)],
  }),
  numbers("iota", "size 0", () => iota([0]), build([0], () => 0)),
  numbers("range", "up, down and none", () => [range(0, 5), range(5, 0, -2), range(3, 3), range(-1, 1, 0.5, "float32")], constant([], 0), {
    expected: () => [[0, 1, 2, 3, 4], [5, 3, 1], [], [-1, -0.5, 0, 0.5]].map((data) => ({ shape: [data.length], data })),
  }),
  numbers("eye", "square, wide and tall", () => [eye(3), eye(2, 4), eye(3, 2, "int32")], constant([], 0), {
    expected: () => [[3, 3], [2, 4], [3, 2]].map((shape) => build(shape, ([i, j]) => (i === j ? 1 : 0))),
  }),
  { op: "oneHot", name: "inside and outside", inputs: [given([0, 2, -1, 5], [2, 2], "int32")], call: (i) => oneHot(i!, 3), expected: (i) => build([2, 2, 3], (at) => (get(i, at.slice(0, 2)) === at[2] ? 1 : 0)), tolerance: exact },
  { op: "oneHot", name: "bool, from other integers", inputs: [ints([4], 0, 3)], call: (i) => oneHot(i!, 4, { dtype: "bool" }), expected: (i) => build([i.shape[0]!, 4], ([a, c]) => (get(i, [a!]) === c ? 1 : 0)), dtypes: ["int32", "uint8", "int64", "float32"], tolerance: exact, batch: [0] },
  { op: "scalarLike", name: "beside a tensor", inputs: [ints([2], 0, 9)], call: (x) => scalarLike(x, 3), expected: () => constant([], 3), dtypes: ALL, tolerance: exact },
  { op: "toTensor", name: "a tensor itself", inputs: [reals([2])], call: (x) => toTensor("toTensor", x), expected: (x) => x, tolerance: exact },
];
