/** Cases: matrix products. */
import { dot, matMul, outerProduct } from "../../ops/matmul.ts";
import { transpose } from "../../primitives.ts";
import { exact, type Tolerance } from "../compare.ts";
import { broadcast, build, buildSums, type Expected, get, getBroadcast, type Host } from "../host.ts";
import { given, ints, reals } from "../values.ts";
import type { OpCase } from "./case.ts";

/** Every product is rounded and so is every addition, each relative to at most the sum of magnitudes. */
const products = (inner: number): Tolerance => ({
  k: 2 * Math.max(inner, 1),
  why: `${inner} products and additions in any order, ε/2 each relative to Σ|a·b|; doubled`,
});

function matProduct(a: Host, b: Host, ta: boolean, tb: boolean): Expected {
  const lead = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const [m, k] = ta ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const n = b.shape.at(tb ? -2 : -1)!;
  const view = (x: Host, i: readonly number[], r: number, c: number): number => getBroadcast(x, [...i, r, c]);
  return buildSums([...lead, m, n], (i) => {
    const [outer, r, c] = [i.slice(0, -2), i.at(-2)!, i.at(-1)!];
    return Array.from({ length: k }, (_, j) => view(a, outer, ta ? j : r, ta ? r : j) * view(b, outer, tb ? c : j, tb ? j : c));
  });
}
const row = (
  name: string,
  a: readonly number[],
  b: readonly number[],
  transposeA = false,
  transposeB = false,
  options: Partial<OpCase> = {},
): OpCase => ({
  op: "matMul",
  name,
  inputs: [reals(a), reals(b)],
  call: (x, y) => matMul(x, y!, { transposeA, transposeB }),
  expected: (x, y) => matProduct(x, y, transposeA, transposeB),
  tolerance: products(a.at(transposeA ? -2 : -1)!),
  grad: true,
  ...options,
});

// biome-ignore format: a table, one row a line
export const matmulCases: readonly OpCase[] = [
  row("plain", [3, 4], [4, 5], false, false, { batch: [0] }),
  row("left transposed", [4, 3], [4, 5], true),
  row("right transposed", [3, 4], [5, 4], false, true, { batch: [0] }),
  row("both transposed", [4, 3], [5, 4], true, true),
  row("one row", [1, 6], [6, 3]),
  row("one column", [5, 6], [6, 1], false, false, { batch: [0] }),
  row("1 × 1", [1, 1], [1, 1]),
  row("inner size 1", [3, 1], [1, 4], false, false, { batch: [0] }),
  row("inner size 0 gives zeros", [3, 0], [0, 2]),
  row("no rows", [0, 4], [4, 2]),
  row("no columns", [3, 4], [4, 0]),
  row("batched", [2, 3, 4], [2, 4, 2], false, false, { batch: [0, 1] }),
  row("batched against one matrix", [2, 3, 4], [4, 2], false, false, { batch: [0] }),
  row("one matrix against many", [3, 4], [2, 4, 2], false, false, { batch: [1] }),
  row("batch axes broadcast both ways", [2, 1, 2, 3], [3, 3, 2], false, false, { batch: [0] }),
  row("batched, both transposed", [2, 4, 3], [2, 2, 4], true, true, { batch: [0, 1] }),
  row("odd sizes beyond every tile", [17, 33], [33, 19], false, false, { grad: false, batch: [0] }),
  row("odd sizes, transposed", [33, 17], [19, 33], true, true, { grad: false }),
  row("rank 5", [2, 1, 2, 2, 3], [1, 2, 1, 3, 2], false, false, { grad: false, batch: [0] }),
  { op: "matMul", name: "of transposes of views", inputs: [reals([4, 3]), reals([5, 4])], call: (a, b) => matMul(transpose(a), transpose(b!)), expected: (a, b) => matProduct(a, b, true, true), tolerance: products(4), grad: true },
  { op: "matMul", name: "a matrix with itself", inputs: [reals([3, 3])], call: (a) => matMul(a, a, { transposeB: true }), expected: (a) => matProduct(a, a, false, true), tolerance: products(3), grad: true },
  { op: "matMul", name: "integers", inputs: [ints([2, 3], 0, 5), ints([3, 2], 0, 5)], call: (a, b) => matMul(a, b!), expected: (a, b) => matProduct(a, b, false, false), dtypes: ["int32", "uint32"], tolerance: exact },
  { op: "matMul", name: "NaN and infinity spread along their row", inputs: [given([Number.NaN, 1, 2, Number.POSITIVE_INFINITY], [2, 2]), given([1, 2, 3, 4], [2, 2])], call: (a, b) => matMul(a, b!), expected: (a, b) => matProduct(a, b, false, false), tolerance: products(2) },
  { op: "dot", name: "vectors", inputs: [reals([7]), reals([7])], call: (a, b) => dot(a, b!), expected: (a, b) => buildSums([], () => a.data.map((v, i) => v * b.data[i]!)), tolerance: products(7), grad: true },
  { op: "dot", name: "of nothing", inputs: [reals([0]), reals([0])], call: (a, b) => dot(a, b!), expected: () => ({ shape: [], data: [0] }), tolerance: exact, grad: true },
  { op: "outerProduct", name: "vectors", inputs: [reals([3]), reals([4])], call: (a, b) => outerProduct(a, b!), expected: (a, b) => build([3, 4], ([i, j]) => get(a, [i!]) * get(b, [j!])), tolerance: { k: 1, why: "one product" }, grad: true },
];
