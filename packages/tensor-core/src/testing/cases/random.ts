/** Cases: keyed random numbers, against Philox written a second time, on big integers. */
import { truncatedNormal } from "../../ops/truncated.ts";
import { randomBits, randomNormal, randomUniform } from "../../random.ts";
import { exact } from "../compare.ts";
import type { Expected } from "../host.ts";
import { given } from "../values.ts";
import type { OpCase } from "./case.ts";

const MASK = 0xffffffffn;
/** Philox 4×32-10, Salmon et al. 2011, on a 128-bit counter and a 64-bit key. */
function philox(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  let [a, b, c, d] = counter as [bigint, bigint, bigint, bigint];
  let [k, l] = key as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const [p, q] = [a * 0xd2511f53n, c * 0xcd9e8d57n];
    [a, b, c, d] = [(q >> 32n) ^ b ^ k, q & MASK, (p >> 32n) ^ d ^ l, p & MASK];
    [k, l] = [(k + 0x9e3779b9n) & MASK, (l + 0xbb67ae85n) & MASK];
  }
  return [a, b, c, d];
}
/** The words TensorFlow draws for a stateless seed, from a block of four on. */
export function philoxWords(seed: readonly [number, number], n: number, block = 0): number[] {
  const words = (s: number): bigint[] => [BigInt.asUintN(64, BigInt(s)) & MASK, BigInt.asUintN(64, BigInt(s)) >> 32n];
  const mixed = philox([...words(seed[0]), ...words(seed[1])], [0x3ec8f720n, 0x02461e29n]);
  const blocks = Array.from({ length: Math.ceil(n / 4) }, (_, i) => philox([BigInt(block + i), 0n, mixed[2]!, mixed[3]!], mixed));
  return blocks.flat().slice(0, n).map(Number);
}
const fraction = (word: number): number => (word & 0x7fffff) * 2 ** -23;
export function standardNormals(seed: readonly [number, number], n: number, block = 0): number[] {
  const words = philoxWords(seed, n + (n % 2), block);
  return Array.from({ length: n }, (_, i) => {
    const pair = i - (i % 2);
    const u = Math.max(fraction(words[pair]!), Math.fround(1e-7));
    const angle = 2 * Math.PI * fraction(words[pair + 1]!);
    return Math.sqrt(-2 * Math.log(u)) * (i % 2 ? Math.cos(angle) : Math.sin(angle));
  });
}
/** Each four have a stream of 256 blocks, and take from it what lies within two deviations. */
const truncated = (seed: readonly [number, number], n: number): number[] =>
  Array.from({ length: Math.ceil(n / 4) }, (_, group) =>
    standardNormals(seed, 64, group * 256)
      .filter((v) => Math.abs(v) < 2)
      .slice(0, 4),
  )
    .flat()
    .slice(0, n);
const drawn = (shape: readonly number[], data: readonly number[]): Expected => ({ shape, data });
const row = (op: string, name: string, call: OpCase["call"], expected: Expected, options: Partial<OpCase> = {}): OpCase => ({
  op,
  name,
  inputs: [],
  call,
  expected: () => expected,
  dtypes: ["float32"],
  tolerance: exact,
  ...options,
});
const drawings: OpCase["tolerance"] = {
  k: 16,
  why: "log and sine (4 each), a root (3) and three products, relative to the largest radius, 5.7",
};
const scaled = (shape: readonly number[], data: readonly number[], scale: number): Expected => ({
  shape,
  data,
  scale: data.map(() => scale),
});

// biome-ignore format: a table, one row a line
export const randomCases: readonly OpCase[] = [
  ...([[1, 2], [0, 0], [-1, 7], [2147483647, -2147483648]] as const).map((seed) => row("randomBits", `seed ${seed.join(" and ")}`, () => randomBits([3, 5], { seed }), drawn([3, 5], philoxWords(seed, 15)))),
  row("randomBits", "scalar and nothing", () => [randomBits([], { seed: [1, 2] }), randomBits([0], { seed: [1, 2] })], drawn([], []), { expected: () => [drawn([], philoxWords([1, 2], 1)), drawn([0], [])] }),
  { op: "randomBits", name: "the seed is a tensor", inputs: [given([5, 6], [2], "int32")], call: (s) => randomBits([6], { seed: s }), expected: () => drawn([6], philoxWords([5, 6], 6)), dtypes: ["float32"], tolerance: exact },
  row("randomUniform", "unit interval", () => randomUniform([7], { seed: [1, 2] }), drawn([7], philoxWords([1, 2], 7).map(fraction))),
  row("randomUniform", "another interval", () => randomUniform([2, 3], { seed: [3, 4], minval: -2, maxval: 6 }), scaled([2, 3], philoxWords([3, 4], 6).map((w) => fraction(w) * 8 - 2), 8), { tolerance: { k: 2, why: "a product and a sum" } }),
  row("randomUniform", "integers", () => randomUniform([9], { seed: [3, 4], minval: -5, maxval: 8, dtype: "int32" }), drawn([9], philoxWords([3, 4], 9).map((w) => (w % 13) - 5))),
  row("randomNormal", "standard", () => randomNormal([3, 3], { seed: [1, 2] }), scaled([3, 3], standardNormals([1, 2], 9), 5.7), { tolerance: drawings }),
  row("randomNormal", "mean and deviation", () => randomNormal([5], { seed: [9, 9], mean: 10, stddev: 0.5 }), scaled([5], standardNormals([9, 9], 5).map((v) => 10 + v / 2), 13), { tolerance: drawings }),
  row("truncatedNormal", "standard", () => truncatedNormal([7, 9], { seed: [1, 2] }), scaled([7, 9], truncated([1, 2], 63), 5.7), { tolerance: drawings }),
  row("truncatedNormal", "mean and deviation", () => truncatedNormal([50], { seed: [7, 0], mean: 10, stddev: 0.5 }), scaled([50], truncated([7, 0], 50).map((v) => 10 + v / 2), 13), { tolerance: drawings }),
  row("truncatedNormal", "scalar and nothing", () => [truncatedNormal([], { seed: [1, 2] }), truncatedNormal([0], { seed: [1, 2] })], drawn([], []), { expected: () => [scaled([], truncated([1, 2], 1), 5.7), drawn([0], [])], tolerance: drawings }),
];
