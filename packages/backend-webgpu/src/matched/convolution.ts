/** Convolutions of images and their gradients, as products; those of each channel alone are not. */
import type { Matched, MatchedCall } from "@antler/compiler";
import type { Node, Value } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { GpuContext } from "../kernels/context.ts";
import { depthwiseFilterGradient, depthwiseForward, depthwiseInputGradient } from "../kernels/depthwise.ts";
import { elements } from "../kernels/elements.ts";
import { multiply } from "../kernels/multiply.ts";
import { backwardWalk, phaseAxis, phaseFilter, phaseGrid, phaseText } from "../kernels/phases.ts";
import { abreast, type Product, stacked } from "../kernels/product.ts";
import { type Source, strided } from "../kernels/source.ts";
import type { Given } from "../kernels/spots.ts";
import { forwardWalk, type Window, windows } from "../kernels/windows.ts";
import { contiguous, isFloats } from "./floats.ts";

type Four = readonly [number, number, number, number];
/** What all three kinds work with: of images and results the gradients are meant too. */
interface Convolution extends Window {
  readonly images: Given;
  readonly filter: Given;
  readonly results: Given;
  readonly groups: number;
}
function convolutionOf(call: MatchedCall, image: number, filter: number, result: number): Convolution {
  const all = [...call.inputs, call.outputs[0]].map((view, k) => ({
    view: view as View,
    spec: [...call.specs.inputs, ...call.specs.outputs][k]!,
  }));
  const images = all[image]!;
  const { groups = images.spec.shape[3]!, ...window } = call.attrs as Window & { readonly groups?: number };
  return { ...window, groups, images, filter: all[filter]!, results: all[result]! };
}
/** Groups of one channel are channels with one filter each, which lie in memory alike. */
const isDepthwise = ({ groups, images, results }: Convolution): boolean =>
  groups > 1 && groups === images.spec.shape[3] && groups === results.spec.shape[3];
const shapeOf = ({ spec }: Given): Four => spec.shape as unknown as Four;
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
/** A matrix, row by row, of which each item takes so many columns. */
const matrix = ({ view, spec }: Given, outer: "rows" | "columns", items: number): Source => {
  const width = spec.shape.at(-1)!;
  const rows = { size: count(spec.shape.slice(0, -1)), stride: width };
  const columns = { size: width / items, stride: 1 };
  const [o, i] = outer === "rows" ? [rows, columns] : [columns, rows];
  return strided({ view, dtype: spec.dtype, outer: o, inner: i, items: items === 1 ? [] : [{ size: items, stride: columns.size }] });
};

/** Windows of one pixel: images and results are matrices of their pixels. */
const isPointwise = ({ window, strides, padding, groups }: Convolution): boolean =>
  groups === 1 && [...window, ...strides].every((n) => n === 1) && padding.flat().every((n) => n === 0);

export function convolutionKernels(context: GpuContext): { readonly [op: string]: Matched } {
  const forward = (call: MatchedCall): void => {
    const c = convolutionOf(call, 0, 1, 2);
    if (isDepthwise(c)) return depthwiseForward(context, call, c);
    const { images, filter, results, groups } = c;
    const [n, oh, ow, outputs] = shapeOf(results);
    const channels = shapeOf(images)[3];
    const inner = count(shapeOf(filter).slice(0, 3));
    multiply(
      context,
      call,
      {
        ...side(groups, outputs / groups),
        rows: n * oh * ow,
        inner,
        left: isPointwise(c) ? matrix(images, "rows", 1) : patches(c, "positions", channels),
        right: matrix(filter, "columns", groups),
      },
      [n * oh * ow, outputs],
    );
  };
  const filterGradient = (call: MatchedCall): void => {
    const c = convolutionOf(call, 0, 2, 1);
    if (isDepthwise(c)) return depthwiseFilterGradient(context, call, c);
    const { images, filter, results, groups } = c;
    const [n, oh, ow, outputs] = shapeOf(results);
    const rows = count(shapeOf(filter).slice(0, 3));
    multiply(
      context,
      call,
      {
        ...side(groups, outputs / groups),
        rows,
        inner: n * oh * ow,
        left: isPointwise(c) ? matrix(images, "columns", 1) : patches(c, "taps", shapeOf(images)[3]),
        right: matrix(results, "columns", groups),
      },
      [rows, outputs],
    );
  };
  const inputGradient = (call: MatchedCall): void => {
    const c = convolutionOf(call, 2, 1, 0);
    if (isDepthwise(c)) return depthwiseInputGradient(context, call, c);
    const { images, filter, results } = c;
    const [n, h, w, channels] = shapeOf(images);
    const product = isPointwise(c)
      ? {
          ...side(1, channels),
          rows: n * h * w,
          inner: shapeOf(results)[3],
          left: matrix(results, "rows", 1),
          right: matrix(filter, "rows", 1),
        }
      : phases(c);
    multiply(context, call, product, [n * h * w, channels]);
  };
  return {
    conv2d: contiguous(forward, { epilogue: true }),
    conv2dInputGrad: contiguous(inputGradient, { epilogue: true }),
    conv2dFilterGrad: contiguous(filterGradient, { epilogue: true }),
    depthwiseConv2d: contiguous(forward, { epilogue: true, accepts: oneFilter((node) => node.inputs[1]!) }),
    depthwiseConv2dInputGrad: contiguous(inputGradient, { accepts: oneFilter((node) => node.inputs[1]!) }),
    depthwiseConv2dFilterGrad: contiguous(filterGradient, { accepts: oneFilter((node) => node.outputs[0]!) }),
  };
}

/** Whether each channel has one filter; channels with several are written with more channels. */
const oneFilter =
  (filter: (node: Node) => Value) =>
  (node: Node): boolean =>
    isFloats(node) && filter(node).spec.shape[3] === 1;

/** Items that are groups of the result's columns. */
const side = (groups: number, columns: number): Pick<Product, "key" | "items" | "columns" | "numbers" | "write" | "byFours"> => ({
  key: groups === 1 ? "stacked" : "abreast",
  items: groups,
  columns,
  numbers: [],
  write: groups === 1 ? stacked : abreast,
  byFours: groups === 1 || columns % 4 === 0,
});

function patches(c: Convolution, outer: "positions" | "taps", channels: number): Source {
  const { view, spec } = c.images;
  const [, h, w] = shapeOf(c.images);
  const [, oh, ow] = shapeOf(c.results);
  const from = elements(view, spec.dtype, [channels, channels / c.groups]);
  return windows(outer, from, [h, w], forwardWalk(c, channels, c.groups, [oh, ow]));
}

/** The gradient of the images: an item is the pixels of one residue of the strides, in one group. */
function phases(c: Convolution): Product {
  const { images, filter, results, groups, strides } = c;
  const [n, h, w, channels] = shapeOf(images);
  const [, oh, ow, outputs] = shapeOf(results);
  const axes = [phaseAxis(c, 0), phaseAxis(c, 1)] as const;
  const key = `${c.window} ${strides} ${c.dilations} ${c.padding.map(([before]) => before)}`;
  const [each, inputs] = [outputs / groups, channels / groups];
  const most = axes.map(({ meetings }) => Math.max(...meetings.map((m) => m.count))) as [number, number];
  const from = (given: Given) => elements(given.view, given.spec.dtype, [outputs, each]);
  return {
    key: `phases ${key} ${each} ${inputs}`,
    items: groups * strides[0] * strides[1],
    rows: n * Math.ceil(h / strides[0]) * Math.ceil(w / strides[1]),
    columns: inputs,
    inner: most[0] * most[1] * each,
    numbers: [n, h, w],
    left: windows("positions", from(results), [oh, ow], backwardWalk(axes, `backward ${key}`, outputs, groups, [h, w])),
    right: phaseFilter(from(filter), axes, key, shapeOf(filter), groups),
    byFours: groups === 1 || inputs % 4 === 0,
    write(param) {
      const [n, h, w] = [4, 5, 6].map(param) as [string, string, string];
      return `${phaseText(axes)}
fn gridOf(item: i32) -> vec2i { return ${phaseGrid(axes, h, w)}; }
fn rowsOf(item: i32) -> i32 { let grid = gridOf(item); return ${n} * grid.x * grid.y; }
fn columnsOf(item: i32) -> i32 { return ${param(2)}; }
fn innerOf(item: i32) -> i32 { return countY(item) * countX(item) * ${each}i; }
fn rowAt(item: i32, row: i32) -> i32 {
  let grid = gridOf(item);
  let image = row / grid.y / grid.x;
  let y = row / grid.y % grid.x * ${strides[0]}i + residueY(item);
  return (image * ${h} + y) * ${w} + row % grid.y * ${strides[1]}i + residueX(item);
}
fn columnAt(item: i32, column: i32) -> i32 { return groupOf(item) * ${inputs}i + column; }`;
    },
  };
}
