/** Cases: blocks whose place is data, mirrored padding, and normalizing. */
import { dynamicSlice, mirrorPad, sliceUpdate } from "../../ops/dynamic.ts";
import { type BatchNormOptions, batchNorm } from "../../ops/normalization.ts";
import { exact } from "../compare.ts";
import { build, type Expected, get, getBroadcast, type Host } from "../host.ts";
import { given, type Input, ints, reals } from "../values.ts";
import { ALL, type OpCase } from "./case.ts";

type Sizes = readonly number[];
const inside = (begin: Host, whole: Sizes, size: Sizes): number[] =>
  begin.data.map((b, k) => Math.min(Math.max(b, 0), whole[k]! - size[k]!));
const block = (name: string, shape: Sizes, begin: Sizes, size: Sizes, more: Partial<OpCase> = {}): OpCase => ({
  op: "dynamicSlice",
  name,
  inputs: [reals(shape), given(begin, [begin.length], "int32")],
  call: (x, b) => dynamicSlice(x, b!, size),
  tolerance: exact,
  grad: true,
  expected: (x, b) => {
    const from = inside(b, x.shape, size);
    return build(size, (i) =>
      get(
        x,
        i.map((v, k) => v + from[k]!),
      ),
    );
  },
  ...more,
});
const update = (name: string, shape: Sizes, begin: Sizes, size: Sizes, more: Partial<OpCase> = {}): OpCase => ({
  op: "sliceUpdate",
  name,
  inputs: [reals(shape), given(begin, [begin.length], "int32"), reals(size)],
  call: (x, b, u) => sliceUpdate(x, b!, u!),
  tolerance: exact,
  grad: true,
  expected: (x, b, u) => {
    const from = inside(b, x.shape, u.shape);
    return build(x.shape, (i) => {
      const local = i.map((v, k) => v - from[k]!);
      return local.every((v, k) => v >= 0 && v < u.shape[k]!) ? get(u, local) : get(x, i);
    });
  },
  ...more,
});
const mirror = (
  name: string,
  shape: Sizes,
  paddings: readonly (readonly [number, number])[],
  mode: "reflect" | "symmetric",
  more: Partial<OpCase> = {},
): OpCase => ({
  op: "mirrorPad",
  name,
  inputs: [reals(shape)],
  call: (x) => mirrorPad(x, paddings, mode),
  tolerance: exact,
  grad: true,
  expected: (x) =>
    build(
      x.shape.map((d, k) => d + paddings[k]![0] + paddings[k]![1]),
      (i) =>
        get(
          x,
          i.map((v, k) => {
            const [n, at] = [x.shape[k]!, v - paddings[k]![0]];
            const edge = mode === "reflect" ? 0 : 1;
            return at < 0 ? -at - edge : at >= n ? 2 * n - 2 - at + edge : at;
          }),
        ),
    ),
  ...more,
});
const normalized = (x: Host, m: Host, v: Host, epsilon: number, scale?: Host, offset?: Host): Expected => {
  const unit = (i: Sizes): number => (scale ? getBroadcast(scale, i) : 1) / Math.sqrt(getBroadcast(v, i) + epsilon);
  const shift = (i: Sizes): number => (offset ? getBroadcast(offset, i) : 0);
  return {
    ...build(x.shape, (i) => (get(x, i) - getBroadcast(m, i)) * unit(i) + shift(i)),
    scale: build(x.shape, (i) => (Math.abs(get(x, i)) + Math.abs(getBroadcast(m, i))) * Math.abs(unit(i)) + Math.abs(shift(i))).data,
  };
};
const norm = (name: string, inputs: readonly Input[], options: BatchNormOptions = {}): OpCase => ({
  op: "batchNorm",
  name,
  inputs,
  grad: true,
  batch: [0],
  tolerance: { k: 10, why: "an inverse root (3) and its sum, three products and two sums, relative to both terms; a little for fusing" },
  call: (x, m, v, scale, offset) => batchNorm(x, m!, v!, { ...options, ...(scale && { scale }), ...(offset && { offset }) }),
  expected: (x, m, v, scale, offset) => normalized(x, m, v, options.varianceEpsilon ?? 1e-3, scale, offset),
});

// biome-ignore format: a table, one row a line
export const blockCases: readonly OpCase[] = [
  block("inside", [4, 5], [1, 2], [2, 3]),
  block("moved inside", [4, 5], [-3, 4], [2, 3]),
  block("all", [2, 3], [0, 1], [2, 3]),
  block("of a scalar", [], [], []),
  { ...block("all dtypes", [4], [1], [2]), inputs: [ints([4], 0, 9), given([1], [1], "int32")], dtypes: ALL, grad: false },
  update("inside", [4, 5], [1, 2], [2, 3]),
  update("moved inside", [3, 4], [2, -1], [2, 2]),
  update("the batch unknown", [4, 3], [1, 0], [2, 2], { batch: [0] }),
  { ...update("all dtypes", [4], [1], [2]), inputs: [ints([4], 0, 9), given([1], [1], "int32"), ints([2], 0, 9)], dtypes: ALL, grad: false },
  mirror("reflected", [3, 4], [[2, 1], [0, 3]], "reflect"),
  mirror("symmetric", [3, 2], [[3, 1], [2, 2]], "symmetric"),
  mirror("keeps the batch", [2, 3], [[0, 0], [1, 2]], "reflect", { batch: [0] }),
  mirror("none", [2, 3], [[0, 0], [0, 0]], "symmetric", { batch: [0] }),
  norm("channels", [reals([2, 3, 3, 4]), reals([4]), reals([4], 0.5, 2)]),
  norm("scale and offset", [reals([3, 4]), reals([4]), reals([4], 0.5, 2), reals([4]), reals([4])], { varianceEpsilon: 0.1 }),
  norm("only scale, along rows", [reals([3, 4]), reals([1, 4]), reals([1, 4], 0.5, 2), reals([4])]),
];
