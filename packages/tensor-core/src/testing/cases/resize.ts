/** Cases: images in other sizes, against the sum over all pixels that defines them. */
import { repeatElements, resizeNearestNeighbor } from "../../ops/nearest.ts";
import { resizeBicubic, resizeBilinear, resizeLanczos3, resizeLanczos5 } from "../../ops/resize.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, buildSums, type Expected, get, type Host, total } from "../host.ts";
import { ints, reals } from "../values.ts";
import { ALL, type OpCase } from "./case.ts";

type Sizes = readonly number[];
const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos =
  (r: number) =>
  (d: number): number =>
    d < r ? sinc(d) * sinc(d / r) : 0;
const triangle = (d: number): number => Math.max(0, 1 - d);
/** Keys 1981, with a = −½. */
const cubic = (d: number): number => (d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0);

/** For each new pixel, what the old ones count. */
const shares = (from: number, to: number, kernel: (d: number) => number, antialias: boolean): number[][] =>
  Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to;
    const wide = antialias ? Math.max(1, from / to) : 1;
    const w = Array.from({ length: from }, (_, j) => kernel(Math.abs(j + 0.5 - centre) / wide));
    return w.map((v) => v / total(w));
  });
function resampled(x: Host, [h, w]: Sizes, kernel: (d: number) => number, antialias: boolean): Expected {
  const [down, across] = [shares(x.shape[1]!, h!, kernel, antialias), shares(x.shape[2]!, w!, kernel, antialias)];
  return buildSums([x.shape[0]!, h!, w!, x.shape[3]!], ([n, i, j, c]) =>
    down[i!]!.flatMap((a, y) => across[j!]!.map((b, z) => a * b * get(x, [n!, y, z, c!]))),
  );
}

const weighted: Tolerance = {
  k: 200,
  why: "places of size ≤ 8 are rounded, and so distances: 8 for each axis, times the kernel's slope π; weights (8 roundings an axis) and sums of ≤ 8 terms; doubled",
};
const row =
  (op: string, call: typeof resizeBilinear, kernel: (d: number) => number) =>
  (name: string, shape: Sizes, size: readonly [number, number], antialias = false): OpCase => ({
    op,
    name,
    inputs: [reals(shape)],
    call: (x) => call(x, size, { antialias }),
    expected: (x) => {
      const e = resampled(x, size, kernel, antialias);
      // Where a weight is nearly 0, its rounding is relative to what it is the difference of.
      return { ...e, scale: e.scale!.map((v) => v + 2) };
    },
    tolerance: weighted,
    grad: true,
    batch: [0],
  });
const bilinear = row("resizeBilinear", resizeBilinear, triangle);
const nearest = (name: string, shape: Sizes, size: readonly [number, number], more: Partial<OpCase> = {}): OpCase => ({
  op: "resizeNearestNeighbor",
  name,
  inputs: [more.dtypes ? ints(shape, 0, 9) : reals(shape)],
  call: (x) => resizeNearestNeighbor(x, size),
  expected: (x) =>
    build([x.shape[0]!, ...size, x.shape[3]!], ([n, i, j, c]) =>
      get(x, [n!, Math.floor(((i! + 0.5) * x.shape[1]!) / size[0]), Math.floor(((j! + 0.5) * x.shape[2]!) / size[1]), c!]),
    ),
  tolerance: exact,
  ...(more.dtypes ? {} : { grad: true }),
  batch: [0],
  ...more,
});
const repeated = (name: string, shape: Sizes, times: number, axis: number, batch = true): OpCase => ({
  op: "repeatElements",
  name,
  inputs: [reals(shape)],
  call: (x) => repeatElements(x, times, axis),
  expected: (x) => {
    const at = axis < 0 ? axis + x.shape.length : axis;
    return build(
      x.shape.map((d, k) => (k === at ? d * times : d)),
      (i) =>
        get(
          x,
          i.map((v, k) => (k === at ? Math.floor(v / times) : v)),
        ),
    );
  },
  tolerance: exact,
  grad: true,
  ...(batch && { batch: [0] }),
});

// biome-ignore format: a table, one row a line
export const resizeCases: readonly OpCase[] = [
  bilinear("larger", [2, 2, 3, 2], [4, 6]),
  bilinear("smaller, not evenly", [1, 5, 7, 1], [3, 4]),
  bilinear("one way larger, the other smaller", [1, 3, 6, 2], [5, 2]),
  bilinear("smaller, antialiased", [1, 7, 6, 1], [3, 2], true),
  bilinear("much larger and much smaller", [1, 2, 9, 1], [9, 2]),
  bilinear("the same size", [1, 3, 2, 1], [3, 2]),
  bilinear("to one pixel, and from one", [1, 1, 4, 2], [3, 1]),
  row("resizeBicubic", resizeBicubic, cubic)("larger", [2, 3, 4, 1], [5, 8]),
  row("resizeBicubic", resizeBicubic, cubic)("smaller, antialiased", [1, 7, 8, 2], [3, 4], true),
  row("resizeLanczos3", resizeLanczos3, lanczos(3))("larger", [1, 3, 4, 2], [6, 6]),
  row("resizeLanczos3", resizeLanczos3, lanczos(3))("smaller, antialiased", [2, 8, 5, 1], [3, 2], true),
  row("resizeLanczos5", resizeLanczos5, lanczos(5))("larger", [1, 4, 4, 1], [6, 7]),
  nearest("twice and thrice as large", [2, 2, 3, 2], [4, 9]),
  nearest("larger, not evenly", [1, 3, 4, 2], [5, 7]),
  nearest("smaller", [2, 6, 5, 1], [3, 2]),
  nearest("all dtypes", [1, 2, 3, 1], [3, 3], { dtypes: ALL }),
  repeated("first axis", [3, 2], 2, 0),
  repeated("last axis", [2, 3], 3, -1),
  repeated("none", [2, 3], 0, 1),
  repeated("once", [2, 3], 1, 1),
];
