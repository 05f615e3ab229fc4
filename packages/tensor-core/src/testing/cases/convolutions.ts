/** Cases: convolutions along lines and in volumes, depthwise, separable and transposed ones, against loops over any number of axes. */
import { conv1d } from "../../ops/conv1d.ts";
import { conv3d } from "../../ops/conv3d.ts";
import { depthwiseConv1d, depthwiseConv2d, separableConv1d, separableConv2d } from "../../ops/depthwise.ts";
import { conv1dTranspose, conv2dTranspose, conv3dTranspose } from "../../ops/transposed.ts";
import type { Tensor } from "../../tensor.ts";
import type { Tolerance } from "../compare.ts";
import { buildSums, type Expected, get, type Host, indices, sizeOfShape } from "../host.ts";
import { reals } from "../values.ts";
import type { OpCase } from "./case.ts";

type Sizes = readonly number[];
/** Options as the loops read them: a number an axis, and the padding in front. */
export interface Window {
  readonly strides?: number | Sizes;
  readonly dilations?: number | Sizes;
  readonly padding?: "valid" | "same" | readonly (readonly [number, number])[];
  readonly groups?: number;
}
export const each = (x: number | Sizes | undefined, axes: number): Sizes =>
  typeof x === "object" ? x : Array.from({ length: axes }, () => x ?? 1);

/** How many windows there are along each axis, and how much lies before the first. */
export function layout(size: Sizes, window: Sizes, o: Window): { readonly out: Sizes; readonly before: Sizes } {
  const [strides, dilations] = [each(o.strides, size.length), each(o.dilations, size.length)];
  const axes = size.map((n, a) => {
    const reach = (window[a]! - 1) * dilations[a]! + 1;
    if (o.padding === "same") {
      const out = Math.ceil(n / strides[a]!);
      return [out, Math.floor(Math.max(0, (out - 1) * strides[a]! + reach - n) / 2)] as const;
    }
    const [before, after] = Array.isArray(o.padding) ? (o.padding[a] as [number, number]) : [0, 0];
    return [Math.floor((n + before + after - reach) / strides[a]!) + 1, before] as const;
  });
  return { out: axes.map(([n]) => n), before: axes.map(([, b]) => b) };
}
/** Where the window at `o` has its element `k`; undefined outside. */
export function place(size: Sizes, before: Sizes, o: Sizes, k: Sizes, options: Window): Sizes | undefined {
  const [strides, dilations] = [each(options.strides, size.length), each(options.dilations, size.length)];
  const at = size.map((_, a) => o[a]! * strides[a]! + k[a]! * dilations[a]! - before[a]!);
  return at.every((v, a) => v >= 0 && v < size[a]!) ? at : undefined;
}

/** x `[n, …sizes, in]`, w `[…window, in / groups, out]`. */
function convolved(x: Host, w: Host, o: Window): Expected {
  const [size, window] = [x.shape.slice(1, -1), w.shape.slice(0, -2)];
  const [ci, co] = w.shape.slice(-2) as [number, number];
  const { out, before } = layout(size, window, o);
  return buildSums([x.shape[0]!, ...out, co], (i) => {
    const [n, c] = [i[0]!, i.at(-1)!];
    const first = Math.floor(c / (co / (o.groups ?? 1))) * ci;
    return [...indices(window)].flatMap((k) => {
      const at = place(size, before, i.slice(1, -1), k, o);
      return at ? Array.from({ length: ci }, (_, j) => get(x, [n, ...at, first + j]) * get(w, [...k, j, c])) : [];
    });
  });
}
/** x `[n, …sizes, in]`, w `[…window, out / groups, in]`: every element of x is spread over its window of the result. */
function spread(x: Host, w: Host, size: Sizes, o: Window): Expected {
  const [window, groups] = [w.shape.slice(0, -2), o.groups ?? 1];
  const [co, ci] = w.shape.slice(-2) as [number, number];
  const { before } = layout(size, window, o);
  const shape = [x.shape[0]!, ...size, co * groups];
  const terms: number[][] = Array.from({ length: sizeOfShape(shape) }, () => []);
  for (const i of indices(x.shape)) {
    const group = Math.floor(i.at(-1)! / (ci / groups));
    for (const k of indices(window)) {
      const at = place(size, before, i.slice(1, -1), k, o);
      if (!at) continue;
      for (let c = 0; c < co; c++) {
        const target = [i[0]!, ...at, group * co + c].reduce((f, v, a) => f * shape[a]! + v, 0);
        terms[target]!.push(get(x, i) * get(w, [...k, c, i.at(-1)!]));
      }
    }
  }
  let next = 0;
  return buildSums(shape, () => terms[next++]!);
}
/** x `[n, …sizes, c]`, w `[…window, c, m]`. */
function channelwise(x: Host, w: Host, o: Window): Expected {
  const [size, window, m] = [x.shape.slice(1, -1), w.shape.slice(0, -2), w.shape.at(-1)!];
  const { out, before } = layout(size, window, o);
  return buildSums([x.shape[0]!, ...out, x.shape.at(-1)! * m], (i) => {
    const c = Math.floor(i.at(-1)! / m);
    return [...indices(window)].flatMap((k) => {
      const at = place(size, before, i.slice(1, -1), k, o);
      return at ? [get(x, [i[0]!, ...at, c]) * get(w, [...k, c, i.at(-1)! % m])] : [];
    });
  });
}
function separated(x: Host, w: Host, p: Host, o: Window): Expected {
  const between = channelwise(x, w, o);
  const result = convolved(between, p, {});
  const magnitudes = (h: Host): Host => ({ shape: h.shape, data: h.data.map(Math.abs) });
  return { ...result, scale: convolved({ shape: between.shape, data: between.scale! }, magnitudes(p), {}).data };
}

const sums = (terms: number): Tolerance => ({
  k: 2 * terms,
  why: `at most ${terms} products and additions in any order, ε/2 each relative to Σ|x·w|; doubled`,
});
const row = (
  op: string,
  name: string,
  shapes: readonly Sizes[],
  terms: number,
  call: (x: Tensor, w: Tensor, p: Tensor) => Tensor,
  expected: (x: Host, w: Host, p: Host) => Expected,
  more: Partial<OpCase> = {},
): OpCase => ({
  op,
  name,
  inputs: shapes.map((s) => reals(s)),
  call: call as OpCase["call"],
  expected: expected as NonNullable<OpCase["expected"]>,
  tolerance: sums(terms),
  grad: true,
  batch: [0],
  ...more,
});

const forward =
  (op: string, call: (x: Tensor, w: Tensor, o: never) => Tensor) =>
  (name: string, x: Sizes, w: Sizes, o: Window = {}, more: Partial<OpCase> = {}): OpCase =>
    row(
      op,
      name,
      [x, w],
      sizeOfShape(w.slice(0, -1)),
      (a, b) => call(a, b, along(o, x.length) as never),
      (a, b) => convolved(a, b, o),
      more,
    );
const each1d = (x: number | Sizes | undefined): number | undefined => (typeof x === "object" ? x[0] : x);
/** Along lines options are single numbers. */
export const along = (o: Window, rank: number): unknown =>
  rank > 3
    ? o
    : { ...o, strides: each1d(o.strides), dilations: each1d(o.dilations), ...(Array.isArray(o.padding) && { padding: o.padding[0] }) };
const lines = forward("conv1d", conv1d);
const volumes = forward("conv3d", conv3d);
const depthwise = (name: string, x: Sizes, w: Sizes, o: Window = {}, more: Partial<OpCase> = {}): OpCase => {
  const call = (x.length === 3 ? depthwiseConv1d : depthwiseConv2d) as typeof depthwiseConv2d;
  const op = x.length === 3 ? "depthwiseConv1d" : "depthwiseConv2d";
  return row(
    op,
    name,
    [x, w],
    sizeOfShape(w.slice(0, -2)),
    (a, b) => call(a, b, along(o, x.length) as never),
    (a, b) => channelwise(a, b, o),
    more,
  );
};
const separable = (name: string, x: Sizes, w: Sizes, p: Sizes, o: Window = {}): OpCase => {
  const call = (x.length === 3 ? separableConv1d : separableConv2d) as typeof separableConv2d;
  const op = x.length === 3 ? "separableConv1d" : "separableConv2d";
  return row(
    op,
    name,
    [x, w, p],
    sizeOfShape(w.slice(0, -2)) + p.at(-2)!,
    (a, b, c) => call(a, b, c, along(o, x.length) as never),
    (a, b, c) => separated(a, b, c, o),
  );
};
/** `size` is what the result's sizes must be. */
const transposed = (
  name: string,
  x: Sizes,
  w: Sizes,
  size: Sizes,
  o: Window = {},
  more: object = {},
  options: Partial<OpCase> = {},
): OpCase => {
  const calls = [conv1dTranspose, conv2dTranspose, conv3dTranspose] as unknown as (typeof conv2dTranspose)[];
  const [op, call] = [`conv${x.length - 2}dTranspose`, calls[x.length - 3]!];
  const terms = sizeOfShape(w.slice(0, -2)) * w.at(-1)!;
  return row(
    op,
    name,
    [x, w],
    terms,
    (a, b) => call(a, b, { ...(along(o, x.length) as object), ...more }),
    (a, b) => spread(a, b, size, o),
    options,
  );
};

// biome-ignore format: a table, one row a line
export const convolutionCases: readonly OpCase[] = [
  lines("valid", [2, 6, 2], [3, 2, 3]),
  lines("same, even window, strided", [2, 7, 2], [4, 2, 2], { padding: "same", strides: 2 }),
  lines("dilated, before only", [1, 6, 2], [3, 2, 2], { dilations: 2, padding: [[4, 0]] }),
  lines("groups", [2, 5, 4], [2, 2, 6], { groups: 2 }),
  lines("no sequences", [0, 5, 2], [2, 2, 1], {}, { batch: [] }),
  volumes("valid", [2, 3, 4, 3, 2], [2, 3, 2, 2, 3]),
  volumes("same, even windows", [1, 3, 2, 4, 1], [2, 2, 4, 1, 2], { padding: "same" }),
  volumes("strides, same", [1, 5, 4, 3, 1], [3, 2, 3, 1, 1], { padding: "same", strides: [2, 3, 2] }),
  volumes("dilations", [1, 4, 5, 3, 1], [2, 2, 2, 1, 2], { dilations: [2, 3, 1] }),
  volumes("groups and padding", [1, 3, 2, 3, 4], [2, 2, 2, 2, 4], { groups: 2, padding: [[1, 0], [0, 2], [1, 1]] }),
  volumes("1 × 1 × 1", [2, 2, 2, 2, 3], [1, 1, 1, 3, 2]),
  depthwise("one filter each", [2, 4, 5, 3], [3, 2, 3, 1]),
  depthwise("two filters each", [2, 4, 4, 3], [2, 3, 3, 2]),
  depthwise("same, even window", [1, 3, 4, 2], [2, 4, 2, 1], { padding: "same" }),
  depthwise("strides, same", [1, 5, 7, 2], [3, 3, 2, 1], { strides: 2, padding: "same" }),
  depthwise("strides, two filters", [1, 5, 6, 1], [2, 3, 1, 2], { strides: [2, 3] }),
  depthwise("dilations", [1, 6, 7, 2], [2, 3, 2, 1], { dilations: [2, 3] }),
  depthwise("five channels, numbers as padding", [1, 3, 3, 5], [2, 2, 5, 1], { padding: [[1, 0], [0, 2]] }),
  depthwise("no images", [0, 4, 4, 1], [2, 2, 1, 2], {}, { batch: [] }),
  depthwise("along lines", [2, 6, 3], [3, 3, 2], { padding: "same" }),
  depthwise("along lines, strided and dilated", [1, 9, 2], [3, 2, 1], { strides: 2, dilations: 2 }),
  separable("plain", [2, 4, 4, 2], [3, 3, 2, 2], [1, 1, 4, 3]),
  separable("strides, same", [1, 5, 5, 3], [3, 2, 3, 1], [1, 1, 3, 2], { strides: 2, padding: "same" }),
  separable("along lines", [2, 5, 2], [3, 2, 2], [1, 4, 3], { padding: "same" }),
  transposed("valid", [2, 3, 4, 2], [3, 2, 3, 2], [5, 5]),
  transposed("valid, strides within the window", [1, 3, 2, 2], [3, 3, 1, 2], [7, 5], { strides: 2 }),
  transposed("valid, strides beyond the window", [1, 3, 2, 1], [2, 1, 2, 1], [9, 6], { strides: 3 }),
  transposed("same", [2, 3, 4, 2], [3, 3, 3, 2], [3, 4], { padding: "same" }),
  transposed("same, strides", [2, 3, 4, 1], [3, 2, 2, 1], [6, 12], { padding: "same", strides: [2, 3] }),
  transposed("same, even window", [1, 4, 3, 1], [4, 4, 1, 1], [8, 6], { padding: "same", strides: 2 }),
  transposed("same, stride beyond the window", [1, 3, 2, 1], [2, 2, 1, 1], [12, 8], { padding: "same", strides: 4 }),
  transposed("dilations", [1, 3, 4, 2], [2, 3, 2, 2], [5, 8], { dilations: 2 }),
  transposed("groups", [1, 3, 3, 4], [2, 2, 3, 4], [4, 4], { groups: 2 }),
  transposed("Keras's outputPadding, same", [1, 3, 3, 1], [3, 3, 1, 1], [5, 6], { padding: "same", strides: 2 }, { outputPadding: [0, 1] }),
  transposed("Keras's outputPadding, valid", [1, 3, 3, 1], [3, 3, 1, 1], [7, 8], { strides: 2 }, { outputPadding: [0, 1] }),
  transposed("a given shape", [1, 3, 3, 1], [2, 2, 1, 1], [5, 6], { padding: "same", strides: 2 }, { outputShape: [5, 6] }),
  transposed("numbers as padding", [1, 3, 3, 1], [3, 3, 1, 1], [6, 4], { strides: 2, padding: [[1, 0], [1, 2]] }),
  transposed("along lines, same", [2, 4, 3], [4, 2, 3], [8], { padding: "same", strides: 2 }),
  transposed("along lines, outputPadding", [1, 3, 2], [3, 1, 2], [6], { padding: "same", strides: 2 }, { outputPadding: 1 }),
  transposed("volumes", [2, 2, 3, 2, 2], [2, 2, 3, 1, 2], [3, 4, 4]),
  transposed("volumes, same, strides", [1, 2, 2, 3, 1], [3, 2, 3, 2, 1], [4, 2, 6], { padding: "same", strides: [2, 1, 2] }),
  transposed("volumes, groups, outputPadding", [1, 2, 2, 2, 2], [3, 3, 3, 1, 2], [4, 3, 4], { padding: "same", strides: 2, groups: 2 }, { outputPadding: [1, 0, 1] }),
];
