/** Cases: running sums, order, and reading and writing at places that tensors name. */
import { gatherND, scatterND, takeAlongAxis, tensorScatterUpdate } from "../../ops/along.ts";
import { type CumulativeOptions, cumprod, cumsum } from "../../ops/cumulative.ts";
import { argSort, bincount, inTopK, searchSorted, sort, topk } from "../../ops/sorting.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, buildSums, type Expected, get, type Host, total } from "../host.ts";
import { distinct, given, type Input, ints, reals } from "../values.ts";
import { INTS, type OpCase } from "./case.ts";

type Sizes = readonly number[];
const put = (i: Sizes, axis: number, at: number): number[] => i.map((v, k) => (k === axis ? at : v));
const positive = (axis: number, x: Host): number => (axis < 0 ? axis + x.shape.length : axis);
/** The elements along an axis that a running sum at an index has seen. */
const seen = (x: Host, i: Sizes, axis: number, { exclusive = false, reverse = false }: CumulativeOptions): number[] =>
  Array.from({ length: x.shape[axis]! }, (_, j) => j)
    .filter((j) => (reverse ? j > i[axis]! : j < i[axis]!) || (!exclusive && j === i[axis]))
    .map((j) => get(x, put(i, axis, j)));
const cumulative = (name: string, shape: Sizes, axis: number, options: CumulativeOptions = {}, more: Partial<OpCase> = {}): OpCase[] => [
  {
    op: "cumsum",
    name,
    inputs: [reals(shape)],
    call: (x) => cumsum(x, axis, options),
    expected: (x) => buildSums(x.shape, (i) => seen(x, i, positive(axis, x), options)),
    tolerance: { k: 16, why: "each passes through at most 8 additions, whatever their order, relative to Σ|x|; doubled" },
    grad: true,
    batch: [0],
    ...more,
  },
  {
    op: "cumprod",
    name,
    inputs: [reals(shape, -1.5, 1.5)],
    call: (x) => cumprod(x, axis, options),
    expected: (x) => build(x.shape, (i) => seen(x, i, positive(axis, x), options).reduce((a, b) => a * b, 1)),
    tolerance: { k: 12, why: "at most 11 products" },
    grad: true,
    batch: [0],
    ...more,
  },
];

/** Lines along an axis, each put through `f`, which may change its length. */
function lines(x: Host, axis: number, f: (line: Sizes) => Sizes): Expected {
  const at = positive(axis, x);
  const line = (i: Sizes): Sizes => f(Array.from({ length: x.shape[at]! }, (_, j) => get(x, put(i, at, j))));
  return build(put(x.shape, at, f(Array.from({ length: x.shape[at]! }, () => 0)).length), (i) => line(i)[i[at]!]!);
}
const places =
  (descending: boolean) =>
  (line: Sizes): number[] => {
    /** NaN above +∞. */
    const below = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));
    const sign = descending ? -1 : 1;
    return line.map((_, i) => i).sort((i, j) => sign * (+below(line[j]!, line[i]!) - +below(line[i]!, line[j]!)) || i - j);
  };
const sorting = (name: string, input: Input, axis: number, descending = false, more: Partial<OpCase> = {}): OpCase[] => {
  const common = { name, inputs: [input], tolerance: exact, batch: axis === 0 ? [] : [0] };
  return [
    {
      op: "argSort",
      ...common,
      call: (x) => argSort(x, axis, { descending }),
      expected: (x) => lines(x, axis, places(descending)),
      ...more,
      grad: false,
    },
    {
      op: "sort",
      ...common,
      call: (x) => sort(x, axis, { descending }),
      expected: (x) => lines(x, axis, (l) => places(descending)(l).map((i) => l[i]!)),
      ...more,
    },
  ];
};
const largest = (name: string, input: Input, k: number, more: Partial<OpCase> = {}): OpCase => ({
  op: "topk",
  name,
  inputs: [input],
  call: (x) => {
    const { values, indices } = topk(x, k);
    return [values, indices];
  },
  expected: (x) => [
    lines(x, -1, (l) =>
      places(true)(l)
        .map((i) => l[i]!)
        .slice(0, k),
    ),
    lines(x, -1, (l) => places(true)(l).slice(0, k)),
  ],
  tolerance: exact,
  ...more,
});
const ROWS = [5, 3, Number.NaN, 5, 3, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0, 0];

const index = (values: Sizes, shape: Sizes = [values.length], dtype: "int32" | "int64" | "uint8" = "int32"): Input =>
  given(values, shape, dtype);
const taken = (x: Host, i: Host, axis: number): Expected => build(i.shape, (at) => get(x, put(at, positive(axis, x), get(i, at))));
const take = (name: string, shape: Sizes, indices: Input, axis: number, more: Partial<OpCase> = {}): OpCase => ({
  op: "takeAlongAxis",
  name,
  inputs: [reals(shape), indices],
  call: (x, i) => takeAlongAxis(x, i!, axis),
  expected: (x, i) => taken(x, i, axis),
  tolerance: exact,
  grad: true,
  ...more,
});
const coordinates = (i: Host, row: Sizes): number[] => Array.from({ length: i.shape.at(-1)! }, (_, k) => get(i, [...row, k]));
const nd = (name: string, shape: Sizes, indices: Input, more: Partial<OpCase> = {}): OpCase => ({
  op: "gatherND",
  name,
  inputs: [reals(shape), indices],
  call: (x, i) => gatherND(x, i!),
  tolerance: exact,
  grad: true,
  expected: (x, i) => {
    const outer = i.shape.length - 1;
    return build([...i.shape.slice(0, -1), ...x.shape.slice(i.shape.at(-1)!)], (at) =>
      get(x, [...coordinates(i, at.slice(0, outer)), ...at.slice(outer)]),
    );
  },
  ...more,
});
/** The updates that go to a place of a shape. */
function arriving(i: Host, u: Host, at: Sizes): number[] {
  const depth = i.shape.at(-1)!;
  const rows = i.shape.slice(0, -1);
  return build(rows, () => 0).data.flatMap((_, n) => {
    const row: number[] = [];
    for (let k = rows.length - 1, rest = n; k >= 0; k--) {
      row.unshift(rest % rows[k]!);
      rest = Math.floor(rest / rows[k]!);
    }
    return coordinates(i, row).every((c, k) => c === at[k]) ? [get(u, [...row, ...at.slice(depth)])] : [];
  });
}
const few: Tolerance = { k: 4, why: "at most four updates meet" };
const scatter = (name: string, indices: Input, updates: Sizes, shape: Sizes, more: Partial<OpCase> = {}): OpCase => ({
  op: "scatterND",
  name,
  inputs: [indices, reals(updates)],
  call: (i, u) => scatterND(i, u!, shape),
  expected: (i, u) => buildSums(shape, (at) => arriving(i, u, at)),
  tolerance: few,
  grad: true,
  ...more,
});
const update = (name: string, shape: Sizes, indices: Input, updates: Sizes, more: Partial<OpCase> = {}): OpCase => ({
  op: "tensorScatterUpdate",
  name,
  inputs: [reals(shape), indices, reals(updates)],
  call: (x, i, u) => tensorScatterUpdate(x, i!, u!),
  expected: (x, i, u) => build(x.shape, (at) => arriving(i, u, at).at(-1) ?? get(x, at)),
  tolerance: exact,
  grad: true,
  ...more,
});
const edges = [-1, 0, 0, 0.5, 2];
const counted = (x: Host, size: number, w?: Host): Expected =>
  buildSums([size], ([n]) => x.data.flatMap((v, i) => (v === n ? [w ? w.data[i]! : 1] : [])));
const found = (targets: Host, p: Host, k: number): Expected =>
  build(targets.shape, ([r]) => {
    const row = p.data.slice(r! * p.shape[1]!, (r! + 1) * p.shape[1]!);
    const own = row[targets.data[r!]!];
    return own !== undefined && row.every(Number.isFinite) && total(row.map((v) => +(v > own))) < k ? 1 : 0;
  });

// biome-ignore format: a table, one row a line
export const placeCases: readonly OpCase[] = [
  ...cumulative("first axis", [5, 2], 0, {}, { batch: [] }),
  ...cumulative("last axis", [3, 7], -1),
  ...cumulative("exclusive", [2, 4], 1, { exclusive: true }),
  ...cumulative("reverse", [2, 3, 2], 1, { reverse: true }),
  ...cumulative("exclusive, reverse", [2, 5], 1, { exclusive: true, reverse: true }),
  ...cumulative("one element", [3, 1], 1, { exclusive: true }),
  ...cumulative("nothing", [2, 0], 1),
  ...cumulative("along the batch", [5, 2], 0, { reverse: true }, { batch: [0] }),
  { op: "cumsum", name: "integers", inputs: [ints([2, 9], 0, 9)], call: (x) => cumsum(x, 1), expected: (x) => buildSums(x.shape, (i) => seen(x, i, 1, {})), dtypes: INTS, tolerance: exact },
  { op: "cumprod", name: "through zeros", inputs: [given([2, 0, 3, 0, 4])], call: (x) => cumprod(x), expected: (x) => build(x.shape, (i) => seen(x, i, 0, {}).reduce((a, b) => a * b, 1)), tolerance: exact, grad: true },
  ...sorting("rows", distinct([3, 7]), -1, false, { grad: true }),
  ...sorting("columns, descending", distinct([4, 3]), 0, true, { grad: true }),
  ...sorting("beyond the short lists", distinct([2, 50]), 1, true),
  ...sorting("ties keep their order", given([2, 1, 2, 1, 1, 2], [6]), 0),
  ...sorting("ties keep their order, descending", given([2, 1, 2, 1, 1, 2], [6]), 0, true),
  ...sorting("special numbers", given(ROWS), 0),
  ...sorting("special numbers, descending", given(ROWS), 0, true),
  ...sorting("integers", ints([2, 5], 0, 9), 1, false, { dtypes: INTS }),
  ...sorting("nothing", reals([3, 0]), 1),
  largest("of rows", distinct([3, 6]), 2, { grad: true, batch: [0] }),
  largest("all", distinct([2, 4]), 4, { grad: true, batch: [0] }),
  largest("none", distinct([2, 4]), 0),
  largest("more than the short lists", distinct([2, 45]), 40, { batch: [0] }),
  largest("ties and special numbers", given(ROWS), 6),
  largest("integers", ints([3, 8], 0, 5), 3, { dtypes: INTS }),
  { op: "inTopK", name: "ties, no class, not finite", inputs: [index([1, 2, 0, 4, 3, -1]), given([3, 2, 1, 0, 1, 1, 1, 0, Number.NaN, 1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], [6, 4])], call: (t, p) => inTopK(t, p!, 2), expected: (t, p) => found(t, p, 2), tolerance: exact },
  { op: "inTopK", name: "rows", inputs: [ints([5], 0, 6, "int32"), distinct([5, 7])], call: (t, p) => inTopK(t, p!, 3), expected: (t, p) => found(t, p, 3), tolerance: exact, batch: [0, 1] },
  { op: "searchSorted", name: "both sides", inputs: [given(edges), given([-2, -1, 0, 0.25, 2, 3])], call: (e, v) => [searchSorted(e, v!), searchSorted(e, v!, { side: "right" })], expected: (e, v) => [build(v.shape, ([i]) => e.data.filter((x) => x < v.data[i!]!).length), build(v.shape, ([i]) => e.data.filter((x) => x <= v.data[i!]!).length)], tolerance: exact },
  { op: "searchSorted", name: "a sequence a row", inputs: [given([1, 2, 3, 2, 4, 6], [2, 3]), ints([2, 4], 0, 7)], call: (e, v) => searchSorted(e, v!), expected: (e, v) => build(v.shape, ([r, i]) => [0, 1, 2].filter((k) => get(e, [r!, k]) < get(v, [r!, i!])).length), tolerance: exact },
  { op: "bincount", name: "counts, some outside", inputs: [index([1, 3, 3, 0, 7, -1], [2, 3])], call: (x) => bincount(x, 5), expected: (x) => counted(x, 5), tolerance: exact },
  { op: "bincount", name: "with weights", inputs: [index([1, 3, 3, 0, 9]), reals([5])], call: (x, w) => bincount(x, 4, w!), expected: (x, w) => counted(x, 4, w), tolerance: few, grad: true },
  take("last axis", [3, 4], index([3, 0, 1, 1, 2, 2], [3, 2]), -1),
  take("first axis", [3, 2], index([2, 2, 0, 1, 1, 0, 0, 2], [4, 2]), 0),
  take("middle axis, the batch unknown", [2, 3, 2], ints([2, 4, 2], 0, 2, "int32"), 1, { batch: [0, 1] }),
  take("indices of uint8", [2, 3], index([2, 0], [2, 1], "uint8"), 1),
  nd("elements", [3, 4], index([2, 0, 0, 3, 2, 0], [3, 2])),
  nd("slices", [3, 2, 2], index([1, 1, 0, 2], [2, 2, 1])),
  nd("one row of coordinates", [2, 3], index([1, 2], [2])),
  nd("indices of int64", [4], index([3, 1], [2, 1], "int64")),
  nd("many rows", [3, 4], ints([5, 2], 0, 2, "int32"), { batch: [1] }),
  scatter("elements, twice to one place, one outside", index([4, 1, 4, 9], [4, 1]), [4], [6]),
  scatter("slices", index([2, 0], [2, 1]), [2, 3], [4, 3]),
  scatter("two coordinates", index([0, 1, 1, 2, 0, 1, 2, -1], [4, 2]), [4, 2], [2, 3, 2]),
  update("elements, one outside, one twice", [6], index([4, 1, 9, 1], [4, 1]), [4]),
  update("slices", [3, 2], index([2, 0], [2, 1]), [2, 2]),
  update("two coordinates", [3, 3], index([0, 1, 2, 2], [2, 2]), [2]),
  update("the batch unknown", [3, 4], index([0, 1, 2, 2], [2, 2]), [2], { batch: [0] }),
  update("nothing", [3], index([], [0, 1]), [0]),
];
