/** Cases: sums over named axes, diagonals, bands, norms, grids and rolling. */
import { einsum, tensordot } from "../../ops/einsum.ts";
import { linspace, meshgrid, roll } from "../../ops/grids.ts";
import { bandPart, diag, diagPart, type NormOptions, norm } from "../../ops/matrices.ts";
import type { Tensor } from "../../tensor.ts";
import { exact } from "../compare.ts";
import { build, buildSums, type Expected, get, type Host, indices, reduced, total } from "../host.ts";
import { given, ints, reals } from "../values.ts";
import { ALL, type OpCase } from "./case.ts";

/** An element picked as the sum of itself and zeros: devices may round sums. */
const picked = (row: OpCase): OpCase => ({ ...row, tolerance: { k: 1, why: "a sum whose other terms are zeros" } });

type Sizes = readonly number[];
/** The sum over every value of every letter. */
function summed(equation: string, ...x: readonly Host[]): Expected {
  const [left, out] = equation.split("->") as [string, string];
  const parts = left.split(",");
  const size = (c: string): number => Math.max(...parts.flatMap((p, n) => [...p].flatMap((d, k) => (d === c ? [x[n]!.shape[k]!] : []))));
  const inner = [...new Set(parts.join(""))].filter((c) => !out.includes(c));
  return buildSums([...out].map(size), (i) =>
    [...indices(inner.map(size))].map((j) => {
      const value = (c: string): number => (out.includes(c) ? i[out.indexOf(c)]! : j[inner.indexOf(c)]!);
      return parts.reduce(
        (p, names, n) =>
          p *
          get(
            x[n]!,
            [...names].map((c, k) => (x[n]!.shape[k] === 1 ? 0 : value(c))),
          ),
        1,
      );
    }),
  );
}
/** `plain` is the same equation with all letters written out. */
const sums = (equation: string, shapes: readonly Sizes[], terms: number, plain = equation, more: Partial<OpCase> = {}): OpCase => ({
  op: "einsum",
  name: equation,
  inputs: shapes.map((s) => reals(s)),
  call: (...x) => einsum(equation, ...x),
  expected: (...x) => summed(plain, ...x),
  tolerance: {
    k: 2 * (terms + shapes.length),
    why: `sums of at most ${terms} products of ${shapes.length}, in any order, relative to Σ|terms|; doubled`,
  },
  grad: true,
  ...more,
});
const dotted = (
  name: string,
  a: Sizes,
  b: Sizes,
  axes: Parameters<typeof tensordot>[2],
  plain: string,
  more: Partial<OpCase> = {},
): OpCase => ({
  ...sums(plain, [a, b], 12, plain, more),
  op: "tensordot",
  name,
  call: (x, y) => tensordot(x, y!, axes),
});
const norms = (name: string, shape: Sizes, options: NormOptions, f: (v: Sizes) => number, k: number): OpCase => ({
  op: "norm",
  name,
  inputs: [reals(shape, -2, 2, [0])],
  call: (x) => norm(x, options),
  expected: (x) => reduced(x, options.axis, f, options.keepDims),
  tolerance: { k, why: "a power (4) of each of at most 12 magnitudes, their sum (12), its root (4); doubled" },
  grad: true,
});
const move = (
  op: string,
  name: string,
  shape: Sizes,
  call: (x: Tensor) => Tensor,
  to: (s: Sizes) => Sizes,
  from: (i: Sizes, s: Sizes) => Sizes | null,
  more: Partial<OpCase> = {},
): OpCase => ({
  op,
  name,
  inputs: [reals(shape)],
  call,
  grad: true,
  tolerance: exact,
  batch: [0],
  expected: (x) =>
    build(to(x.shape), (i) => {
      const at = from(i, x.shape);
      return at ? get(x, at) : 0;
    }),
  ...more,
});
const band = (name: string, shape: Sizes, lower: number, upper: number, more: Partial<OpCase> = {}): OpCase =>
  move(
    "bandPart",
    name,
    shape,
    (x) => bandPart(x, lower, upper),
    (s) => s,
    (i) => {
      const d = i.at(-2)! - i.at(-1)!;
      return (lower < 0 || d <= lower) && (upper < 0 || -d <= upper) ? i : null;
    },
    more,
  );
const rolled = (name: string, shape: Sizes, shift: number | Sizes, axis: number | Sizes, by: Sizes, more: Partial<OpCase> = {}): OpCase =>
  move(
    "roll",
    name,
    shape,
    (x) => roll(x, shift, axis),
    (s) => s,
    (i, s) => i.map((v, k) => (((v - by[k]!) % s[k]!) + s[k]!) % s[k]!),
    more,
  );
const line = (name: string, start: number, stop: number, num: number): OpCase => ({
  op: "linspace",
  name,
  inputs: [],
  call: () => linspace(start, stop, num),
  tolerance: { k: 4, why: "the step's rounding times the place, a product and a sum" },
  dtypes: ["float32"],
  expected: () => ({
    shape: [num],
    data: Array.from({ length: num }, (_, i) => (num > 1 ? start + (i * (stop - start)) / (num - 1) : start)),
    scale: Array.from({ length: num }, () => Math.max(Math.abs(start), Math.abs(stop))),
  }),
});

// biome-ignore format: a table, one row a line
export const namedCases: readonly OpCase[] = [
  sums("ij,jk->ik", [[3, 4], [4, 2]], 4, undefined, { batch: [0] }),
  sums("ij,jk", [[3, 4], [4, 2]], 4, "ij,jk->ik"),
  sums("ba", [[2, 3]], 1, "ba->ab"),
  sums("ij->", [[3, 4]], 12),
  sums("ij->j", [[3, 4]], 3, undefined, { batch: [0] }),
  sums("ii->i", [[3, 3]], 1),
  sums("ii", [[3, 3]], 3, "ii->"),
  sums("iji,jkk->kj", [[2, 3, 2], [3, 2, 2]], 4),
  sums("iii->i", [[2, 2, 2]], 1),
  sums("i,j->ij", [[3], [4]], 1),
  sums("i,j->ji", [[3], [4]], 1),
  sums("i,i->", [[5], [5]], 5),
  sums("ij,ij->ij", [[3, 2], [3, 2]], 1, undefined, { batch: [0, 1] }),
  sums("ijk,kj->i", [[2, 3, 2], [2, 3]], 6, undefined, { batch: [0] }),
  sums("abc,cde->abde", [[2, 3, 4], [4, 2, 3]], 4, undefined, { batch: [0] }),
  sums("btnh,bfnh->bnft", [[2, 3, 2, 4], [2, 4, 2, 4]], 4, undefined, { batch: [0, 1] }),
  sums("bnft,btnh->bfnh", [[2, 2, 3, 4], [2, 4, 2, 3]], 4, undefined, { batch: [0, 1] }),
  sums("bfnh,nhd->bfd", [[2, 3, 2, 4], [2, 4, 3]], 8, undefined, { batch: [0] }),
  sums("ij,jk,kl->il", [[2, 3], [3, 2], [2, 4]], 6, undefined, { batch: [0] }),
  sums("ab,cd,bd->ca", [[2, 3], [4, 2], [3, 2]], 6),
  sums("...ij,...jk->...ik", [[2, 3, 4], [2, 4, 2]], 4, "bij,bjk->bik", { batch: [0, 1] }),
  sums("i...->...", [[3, 2, 2]], 3, "iab->ab"),
  sums("...x,xy", [[2, 3, 4], [4, 2]], 4, "abx,xy->aby", { batch: [0] }),
  sums("...i,...i->...", [[2, 1, 3], [4, 3]], 3, "abi,bi->ab", { batch: [0] }),
  sums("ab, bc -> ac", [[2, 0], [0, 3]], 1, "ab,bc->ac"),
  { ...sums("ij,jk->ik", [], 3), name: "integers", inputs: [ints([2, 3], 0, 5), ints([3, 2], 0, 5)], dtypes: ["int32"], grad: false, tolerance: exact },
  dotted("a number of axes", [2, 3, 4], [3, 4, 2], 2, "ijk,jkl->il", { batch: [0] }),
  dotted("given axes", [3, 2, 4], [2, 5, 3], [[0, 1], [2, 0]], "ijk,jli->kl"),
  dotted("none", [2, 3], [2], 0, "ij,k->ijk", { batch: [0] }),
  dotted("negative axes", [2, 3], [4, 3], [[-1], [-1]], "ij,kj->ik", { batch: [0] }),
  move("diag", "vector", [4], diag, (s) => [...s, s[0]!], ([i, j]) => (i === j ? [i!] : null)),
  move("diag", "many", [2, 3], diag, (s) => [...s, 3], ([n, i, j]) => (i === j ? [n!, i!] : null)),
  picked(move("diagPart", "square", [3, 3], diagPart, () => [3], ([i]) => [i!, i!], { batch: [] })),
  picked(move("diagPart", "wide", [2, 2, 4], diagPart, (s) => [s[0]!, 2], ([n, i]) => [n!, i!, i!])),
  picked(move("diagPart", "tall", [2, 4, 3], diagPart, (s) => [s[0]!, 3], ([n, i]) => [n!, i!, i!])),
  band("lower triangle", [3, 4], -1, 0),
  band("upper triangle", [2, 4, 3], 0, -1),
  band("a band", [5, 5], 1, 2),
  band("everything", [2, 3], -1, -1),
  norms("all of a matrix", [3, 4], {}, (v) => Math.sqrt(total(v.map((x) => x * x))), 40),
  norms("sum of magnitudes", [3, 4], { ord: 1, axis: 1 }, (v) => total(v.map(Math.abs)), 40),
  norms("the third", [2, 5], { ord: 3, axis: -1, keepDims: true }, (v) => total(v.map((x) => Math.abs(x) ** 3)) ** (1 / 3), 40),
  norms("the largest", [3, 4], { ord: Number.POSITIVE_INFINITY, axis: [0, 1] }, (v) => Math.max(...v.map(Math.abs)), 0),
  norms("the smallest", [3, 4], { ord: Number.NEGATIVE_INFINITY, axis: 0 }, (v) => Math.min(...v.map(Math.abs)), 0),
  line("rising", -1, 2, 7),
  line("falling", 3, 0.1, 4),
  line("one", 5, 9, 1),
  line("none", 0, 1, 0),
  ...(["xy", "ij"] as const).map((indexing): OpCase => ({
    op: "meshgrid", name: indexing, inputs: [reals([3]), reals([2]), reals([4])], call: (...x) => meshgrid(x, { indexing }), tolerance: exact, grad: true,
    expected: (...x) => x.map((v, n) => { const at = (i: number): number => (indexing === "xy" && i < 2 ? 1 - i : i); return build([0, 1, 2].map((i) => x[at(i)]!.shape[0]!), (i) => get(v, [i[at(n)]!])); }),
  })),
  { op: "meshgrid", name: "one vector", inputs: [reals([3])], call: (x) => meshgrid([x]), expected: (x) => [x], tolerance: exact, grad: true },
  rolled("forward", [5], 2, 0, [2]),
  rolled("backward, the batch unknown", [4, 3], -1, 0, [-1, 0]),
  rolled("two axes", [3, 4], [1, -6], [0, 1], [1, -6]),
  rolled("one axis twice", [2, 5], [1, 3], [1, 1], [0, 4]),
  rolled("one shift for two axes", [3, 4], 2, [-1, -2], [2, 2]),
  { ...rolled("all dtypes", [4], 1, 0, [1]), inputs: [given([1, 2, 3, 4])], dtypes: ALL, grad: false },
];
