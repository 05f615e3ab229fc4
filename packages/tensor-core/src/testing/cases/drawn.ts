/** Cases: the gamma function's relatives and the inverse error function against tables, and draws made of random words. */
import { randomGamma } from "../../ops/gamma.ts";
import { multinomial, shuffle } from "../../ops/sampling.ts";
import { digamma, erfInv, lgamma } from "../../ops/special.ts";
import type { Tensor } from "../../tensor.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, type Expected, get, total } from "../host.ts";
import { given, reals } from "../values.ts";
import { FLOATS, type OpCase } from "./case.ts";
import { philoxWords, standardNormals } from "./random.ts";

// Values by SciPy 1.17 in float64.
const AT = [-7.25, -3.5, -1.75, -0.5, 0.125, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3.75, 6, 10, 33.5, 100, 1000];
const LOG_GAMMA = [
  -7.541883443475751, -1.3090066849930422, 1.0160888092144356, 1.2655121234846454, 2.0194183575537963, 0.5723649429247, 0.20328095143129538,
  0.0, -0.09827183642181311, -0.12078223763524526, 0.0, 0.2846828704729192, 1.4868155785934172, 4.787491742782046, 12.801827480081469,
  83.30242550295004, 359.1342053695754, 5905.220423209181,
];
const DIGAMMA = [
  5.189977214956288, 1.388870926359529, -2.32269162861436, 0.03648997397857651, -8.388492663295855, -1.9635100260214235,
  -1.0858608797864722, -0.5772156649015329, -0.2274535333762654, 0.03648997397857652, 0.42278433509846713, 0.7031566406452432,
  1.1825373886117962, 1.7061176684318005, 2.251752589066721, 3.4965458167228256, 4.600161852738088, 6.907255195648812,
];
const ERF = [-0.99993896484375, -0.96875, -0.75, -0.25, -0.0009765625, 0, 9.5367431640625e-7, 0.125, 0.5, 0.875, 0.984375, 0.9990234375];
const ERF_INVERSE = [
  -2.834630285571394, -1.523019401996956, -0.8134198475976184, -0.2253120550121781, -0.0008654561979671376, 0.0, 8.451718573121729e-7,
  0.11123545184094996, 0.4769362762044699, 1.084787040069283, 1.7094723742995113, 2.3314677736219473,
];

const table = (
  op: string,
  call: (x: Tensor) => Tensor,
  at: readonly number[],
  values: readonly number[],
  scale: (x: number, y: number) => number,
  tolerance: Tolerance,
): OpCase => ({
  op,
  name: "a table",
  inputs: [given(at)],
  call,
  tolerance,
  expected: () => ({ shape: [at.length], data: values, scale: values.map((v, i) => scale(at[i]!, v)) }),
});
const gammaTerms = (x: number, y: number): number => 3 + 2 * Math.abs(y) + Math.abs(x) * Math.log(Math.abs(x) + 8);
const logarithms: Tolerance = {
  k: 24,
  why: "logarithms (4 each), a series of nine quotients and three sums, relative to the terms, which cancel; twice for x < ½",
};
const inverses: Tolerance = {
  k: 16,
  why: "two logarithms (4 each) and a root (3) under polynomials of slope ≤ 1, a product; in float64 Newton's steps see erf as it is rounded, which its slope e^−x² magnifies",
};
const infinity = Number.POSITIVE_INFINITY;

/** TensorFlow's way: of each group's normal numbers the first four within two deviations, the group's words beginning at block 256 · group. */
function _truncated(seed: readonly [number, number], n: number): number[] {
  const groups = Array.from({ length: Math.ceil(n / 4) }, (_, g) =>
    standardNormals(seed, 32, 256 * g)
      .filter((v) => Math.abs(v) < 2)
      .slice(0, 4),
  );
  return groups.flat().slice(0, n);
}
const _drawings: Tolerance = { k: 16, why: "log and sine (4 each), a root (3) and three products, relative to the largest radius, 5.7" };
const _scaled = (shape: readonly number[], data: readonly number[], scale: number): Expected => ({
  shape,
  data,
  scale: data.map(() => scale),
});

/** The first class whose running share exceeds a uniform number of 52 bits. */
function classes(logits: readonly (readonly number[])[], samples: number, seed: readonly [number, number]): Expected {
  const words = philoxWords(seed, logits.length * samples * 2);
  return build([logits.length, samples], ([row, i]) => {
    const at = 2 * (row! * samples + i!);
    const unit = (words[at]! & 0xfffff) * 2 ** -20 + words[at + 1]! * 2 ** -52;
    const shares = logits[row!]!.map(Math.exp);
    let rest = unit * total(shares);
    return shares.findIndex((s) => (rest -= s) < 0);
  });
}
const LOGITS = [
  [0.5, -1, 2, 0],
  [3, 1, -2, 1],
  [0, 0, 0, Number.NEGATIVE_INFINITY],
];
/** The order of the numbers a seed draws. */
const order = (seed: readonly [number, number], n: number): number[] => {
  const u = philoxWords(seed, n).map((w) => w & 0x7fffff);
  return u.map((_, i) => i).sort((i, j) => u[i]! - u[j]! || i - j);
};

/** Marsaglia and Tsang, one try after another, in float64. */
function gammas(alphas: readonly number[], [a, b]: readonly [number, number]): Expected {
  const n = alphas.length;
  const [normals, accept, power] = [
    standardNormals([a, b], n * 8),
    philoxWords([a ^ 0x3c6ef372, b ^ 0x3c6ef372], n * 8),
    philoxWords([a ^ 0x1b873593, b ^ 0x1b873593], n),
  ];
  const fraction = (word: number): number => (word & 0x7fffff) * 2 ** -23;
  const data = alphas.map((alpha, i) => {
    const d = (alpha < 1 ? alpha + 1 : alpha) - 1 / 3;
    for (let k = 8 * i; ; k++) {
      const [x, v] = [normals[k]!, (1 + normals[k]! / Math.sqrt(9 * d)) ** 3];
      if (v > 0 && Math.log(fraction(accept[k]!)) < (x * x) / 2 + d - d * v + d * Math.log(v))
        return d * v * (alpha < 1 ? fraction(power[i]!) ** (1 / alpha) : 1);
    }
  });
  return { shape: [n], data, scale: data.map((v, i) => v + alphas[i]!) };
}
const ALPHAS = [0.25, 0.5, 0.9, 1, 1.5, 2, 5, 20, 100];

// biome-ignore format: a table, one row a line
export const drawnCases: readonly OpCase[] = [
  table("lgamma", lgamma, AT, LOG_GAMMA, gammaTerms, logarithms),
  { op: "lgamma", name: "poles and infinity", inputs: [given([0, -1, -4, infinity, Number.NaN])], call: lgamma, expected: () => ({ shape: [5], data: [infinity, infinity, infinity, infinity, Number.NaN] }), tolerance: exact },
  { op: "lgamma", name: "the batch unknown", inputs: [reals([3, 4], 3, 6)], call: lgamma, tolerance: { k: 240, why: "as the table: 24 times the terms, at most ten times the result" }, batch: [0], grad: true },
  { ...table("lgamma", lgamma, [-2.75, -1.5, -0.5, 0.25], [0.004487897535955773, 0.860047015376481, 1.2655121234846454, 1.2880225246980774], gammaTerms, logarithms), name: "below 0", dtypes: ["float64"], grad: true },
  table("digamma", digamma, AT, DIGAMMA, (x, v) => 3 + Math.abs(v) + (x < 0.5 ? Math.PI / Math.abs(Math.tan(Math.PI * x) || 1) : 0), { k: 40, why: "eight quotients, a logarithm (4), a series and a tangent (4), relative to the terms; doubled" }),
  { op: "digamma", name: "the gradient", inputs: [reals([3, 4], 3, 6)], call: digamma, tolerance: { k: 80, why: "as the table, where the terms are at most twice the result" }, batch: [0], grad: true, second: false },
  // In 16 bits the numbers of the table, some next to 1, would be others.
  { ...table("erfInv", erfInv, ERF, ERF_INVERSE, (_, v) => Math.abs(v) + Math.exp(v * v), inverses), dtypes: FLOATS },
  { op: "erfInv", name: "the gradient", inputs: [reals([3, 4], -0.9, 0.9)], call: erfInv, tolerance: inverses, batch: [0], grad: true },
  { op: "erfInv", name: "the ends and beyond", inputs: [given([-1, 1, 1.5, -2, Number.NaN])], call: erfInv, expected: () => ({ shape: [5], data: [-infinity, infinity, Number.NaN, Number.NaN, Number.NaN] }), tolerance: exact },
  { op: "multinomial", name: "classes", inputs: [given(LOGITS.flat(), [3, 4])], call: (x) => multinomial(x, 9, { seed: [3, 4] }), expected: () => classes(LOGITS, 9, [3, 4]), dtypes: ["float32"], tolerance: exact },
  { op: "shuffle", name: "rows", inputs: [reals([7, 2]), given([1, 2], [2], "int32")], call: (x, seed) => shuffle(x, { seed: seed! }), expected: (x) => build(x.shape, ([i, j]) => get(x, [order([1, 2], x.shape[0]!)[i!]!, j!])), dtypes: ["float32"], tolerance: exact, grad: true },
  { op: "shuffle", name: "columns", inputs: [reals([2, 9]), given([3, 9], [2], "int32")], call: (x, seed) => shuffle(x, { seed: seed!, axis: 1 }), expected: (x) => build(x.shape, ([i, j]) => get(x, [i!, order([3, 9], 9)[j!]!])), dtypes: ["float32"], tolerance: exact, grad: true, batch: [0] },
  { op: "randomGamma", name: "for each element its own α", inputs: [given(ALPHAS)], call: (a) => randomGamma([9], { seed: [1, 2], alpha: a }), expected: () => gammas(ALPHAS, [1, 2]), dtypes: ["float32"], tolerance: { k: 64, why: "a normal number (16, relative to 5.7) cubed under a root, and a power with an exponent up to 4 (16); doubled" } },
  { op: "randomGamma", name: "one α", inputs: [], call: () => randomGamma([2, 3], { seed: [-3, 4], alpha: 3 }), expected: () => ({ ...gammas([3, 3, 3, 3, 3, 3], [-3, 4]), shape: [2, 3] }), dtypes: ["float32"], tolerance: { k: 64, why: "as above" } },
];
