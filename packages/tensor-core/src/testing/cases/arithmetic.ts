/** Cases: arithmetic of two tensors. */
import {
  add,
  atan2,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  div,
  divNoNan,
  floorDiv,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  squaredDifference,
  sub,
} from "../../primitives.ts";
import { exact, oneRounding, type Tolerance } from "../compare.ts";
import { mapped } from "../host.ts";
import { given, ints } from "../values.ts";
import { binaryCases, INTS, type OpCase, SIGNED } from "./case.ts";

const twoRoundings: Tolerance = { k: 2, why: "two correctly rounded operations, each ε/2, and as much for a fused neighbour" };
const division: Tolerance = { k: 3, why: "devices divide by a reciprocal that is good to 2.5 ulp (WGSL), and round once more" };

const floorMod = (x: number, y: number): number => {
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 ? r + y : r;
};
const max = (x: number, y: number): number => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : Math.max(x, y));
const min = (x: number, y: number): number => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : Math.min(x, y));

/** The same op on integers, in every width: small enough that no product leaves int8. */
const onIntegers = (
  op: string,
  call: (x: never, y: never) => unknown,
  f: (x: number, y: number) => number,
  signed: boolean,
  from = signed ? -9 : 0,
): OpCase => ({
  op,
  name: signed ? "signed integers" : "unsigned integers",
  inputs: [ints([3, 4], from, 9), ints([4], signed ? from : 1, 9)],
  call: call as OpCase["call"],
  expected: mapped(f as (...x: number[]) => number),
  dtypes: signed ? SIGNED : INTS,
  tolerance: exact,
  batch: [0],
});
const wrap32 = [2147483647, -2147483648, 65536, -1, 123456789] as const;

// biome-ignore format: a table, one row a line
export const arithmeticCases: readonly OpCase[] = [
  ...binaryCases("add", add, (x, y) => x + y, { tolerance: oneRounding }),
  onIntegers("add", add, (x, y) => x + y, true),
  onIntegers("add", add, (x, y) => x + y, false),
  {
    op: "add", name: "int32 wraps", inputs: [given(wrap32, [5], "int32"), given([1, -1, 2, 7, 2147483647], [5], "int32")], call: add,
    expected: mapped((x, y) => (x! + y!) | 0), dtypes: ["int32"], tolerance: exact, batch: [],
  },
  { op: "add", name: "a number on the right", inputs: [given([1.5, -2], [2])], call: (x) => add(x, 0.25), expected: mapped((x) => x + 0.25), tolerance: oneRounding, grad: true, batch: [0] },
  { op: "add", name: "a tensor to itself", inputs: [given([1.5, -2], [2])], call: (x) => add(x, x), expected: mapped((x) => x + x), tolerance: exact, grad: true, batch: [0] },
  ...binaryCases("sub", sub, (x, y) => x - y, { tolerance: oneRounding }),
  onIntegers("sub", sub, (x, y) => x - y, true),
  { op: "sub", name: "a number on the left", inputs: [given([1.5, -2], [2])], call: (x) => sub(1, x), expected: mapped((x) => 1 - x), tolerance: oneRounding, grad: true, batch: [0] },
  { op: "sub", name: "unsigned wraps", inputs: [given([0, 5], [2], "uint32"), given([1, 7], [2], "uint32")], call: sub, expected: mapped((x, y) => (x! - y!) >>> 0), dtypes: ["uint32"], tolerance: exact },
  ...binaryCases("mul", mul, (x, y) => x * y, { tolerance: oneRounding }),
  onIntegers("mul", mul, (x, y) => x * y, true),
  onIntegers("mul", mul, (x, y) => x * y, false),
  {
    op: "mul", name: "int32 wraps", inputs: [given(wrap32, [5], "int32"), given([3, -1, 65536, 7, 987654321], [5], "int32")], call: mul,
    expected: mapped((x, y) => Number(BigInt.asIntN(32, BigInt(x!) * BigInt(y!)))), dtypes: ["int32"], tolerance: exact,
  },
  {
    op: "mul", name: "int64 beyond 32 bits", inputs: [given([100000, -300000], [2], "int64"), given([100000, 70000], [2], "int64")], call: mul,
    expected: mapped((x, y) => x! * y!), dtypes: ["int64"], tolerance: exact,
  },
  ...binaryCases("div", div, (x, y) => x / y, { avoidY: [0], tolerance: division }),
  ...binaryCases("divNoNan", divNoNan, (x, y) => (y === 0 ? 0 : x / y), { avoidY: [0], tolerance: division }),
  ...binaryCases("floorDiv", floorDiv, (x, y) => Math.floor(x / y), { grad: false, special: false, make: (shape, which) => ints(shape, which ? 1 : -9, 9) }),
  onIntegers("floorDiv", floorDiv, (x, y) => Math.floor(x / y), false, 1),
  {
    op: "floorDiv", name: "signs", inputs: [given([7, -7, 7, -7, 6, -6], [6]), given([2, 2, -2, -2, 3, -3], [6])], call: floorDiv,
    expected: mapped((x, y) => Math.floor(x! / y!)), dtypes: ["float32", "float64", ...SIGNED], tolerance: exact,
  },
  ...binaryCases("mod", mod, floorMod, {
    special: false, tolerance: twoRoundings, scale: (x) => Math.abs(x),
    // Quotients stay away from whole numbers, where the remainder jumps.
    make: (shape, which) => ({ shape, values: (random, n) => Array.from({ length: n }, () => (which ? random.pick([-2, 2]) : Math.fround(2 * random.int(-3, 3) + random.real(0.4, 1.6)))) }),
  }),
  onIntegers("mod", mod, floorMod, false, 1),
  { op: "mod", name: "signs", inputs: [given([7, -7, 7, -7, 6, -6], [6]), given([3, 3, -3, -3, 3, 3], [6])], call: mod, expected: mapped((x, y) => floorMod(x!, y!) + 0), dtypes: ["float32", "float64", ...SIGNED], tolerance: exact },
  { op: "mod", name: "by infinity", inputs: [given([1, 2.5]), given([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])], call: mod, expected: mapped((x) => x), tolerance: exact },
  ...binaryCases("pow", pow, (x, y) => x ** y, {
    x: [0.3, 3], special: false, scale: (x, y) => x ** y * (1 + Math.abs(y * Math.log(x))),
    tolerance: { k: 4, why: "e^(y·log x) multiplies the rounding of y·log x by its size, and e^ and log are good to 2 ulp" },
  }),
  {
    op: "pow", name: "whole exponents of any sign", inputs: [given([-2, -1.5, 3, 0, 0, -1, 2]), given([2, 3, -2, 2, 0, -1, 0])], call: pow,
    expected: mapped((x, y) => x! ** y!), tolerance: { k: 4, why: "as for real exponents, |y·log x| ≤ 3" },
  },
  { op: "pow", name: "special numbers", inputs: [given([0, 0, 4, 4, Number.POSITIVE_INFINITY, Number.NaN, 1, -8]), given([0, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2, 0, Number.NaN, 0.5])], call: pow, expected: () => ({ shape: [8], data: [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 1, 1, Number.NaN] }), tolerance: { k: 4, why: "as for real exponents" } },
  { op: "pow", name: "squares through zero", inputs: [given([0, -1.5, 2])], call: (x) => pow(x, 2), expected: mapped((x) => x * x), tolerance: { k: 4, why: "as for real exponents" }, grad: true, batch: [0] },
  ...binaryCases("maximum", maximum, max, { make: kinkless }),
  ...binaryCases("minimum", minimum, min, { make: kinkless }),
  onIntegers("maximum", maximum, max, true),
  onIntegers("minimum", minimum, min, false),
  ...binaryCases("squaredDifference", squaredDifference, (x, y) => (x - y) ** 2, { tolerance: { k: 3, why: "a difference and a product: 1.5 ε, doubled for contraction" } }),
  onIntegers("squaredDifference", squaredDifference, (x, y) => (x - y) ** 2, false, 0),
  ...binaryCases("atan2", atan2, Math.atan2, { avoidX: [0], avoidY: [0], special: false, tolerance: { k: 8, why: "a quotient (3 ulp) through a polynomial (4 ulp), and one rounding" }, scale: (y, x) => Math.max(Math.abs(Math.atan2(y, x)), 1) }),
  { op: "atan2", name: "quadrants and axes", inputs: [given([0, 1, 0, -1, 1, -1, 1, -1]), given([1, 0, -1, 0, 1, 1, -1, -1])], call: atan2, expected: mapped(Math.atan2 as (...x: number[]) => number), tolerance: { k: 4, why: "the polynomial's 4 ulp" } },
  ...[["bitwiseAnd", bitwiseAnd, (x: number, y: number) => x & y], ["bitwiseOr", bitwiseOr, (x: number, y: number) => x | y], ["bitwiseXor", bitwiseXor, (x: number, y: number) => x ^ y]].flatMap(
    (row): OpCase[] => {
      const [op, call, f] = row as [string, typeof bitwiseAnd, (x: number, y: number) => number];
      return [
        { op, name: "broadcast", inputs: [ints([3, 4], 0, 100), ints([4], 0, 100)], call, expected: mapped(f as never), dtypes: INTS, tolerance: exact, batch: [0] },
        { op, name: "negative", inputs: [ints([7], -100, 100), ints([7], -100, 100)], call, expected: mapped(f as never), dtypes: ["int32", "int8", "int16"], tolerance: exact, batch: [0, 1] },
        { op, name: "all 32 bits", inputs: [given([0xffffffff, 0x80000000, 0x12345678], [3], "uint32"), given([0x0f0f0f0f, 0xffffffff, 0x80000001], [3], "uint32")], call, expected: mapped(((x: number, y: number) => f(x, y) >>> 0) as never), dtypes: ["uint32"], tolerance: exact },
      ];
    },
  ),
];

/** Odd quarters on the left, even ones on the right: never equal, never near. */
function kinkless(shape: readonly number[], which: 0 | 1): ReturnType<typeof ints> {
  return { shape, values: (random, n) => Array.from({ length: n }, () => random.int(-6, 6) / 2 + which / 4) };
}
