/** Cases: convolution, strided, dilated, padded and grouped. */
import { type ConvOptions, conv2d } from "../../ops/conv.ts";
import type { Pair } from "../../ops/window.ts";
import { buildSums, type Expected, get, type Host } from "../host.ts";
import { reals } from "../values.ts";
import type { OpCase } from "./case.ts";

export const pairOf = (x: number | Pair | undefined): Pair => (x === undefined ? [1, 1] : typeof x === "number" ? [x, x] : x);

/** TensorFlow's "same": the output has ⌈size / stride⌉ places, and the odd padding goes to the end. */
export function paddings(padding: ConvOptions["padding"], size: Pair, window: Pair, strides: Pair, dilations: Pair): readonly [Pair, Pair] {
  if (Array.isArray(padding)) return padding as unknown as [Pair, Pair];
  return [0, 1].map((a): Pair => {
    if (padding !== "same") return [0, 0];
    const out = Math.ceil(size[a]! / strides[a]!);
    const all = Math.max(0, (out - 1) * strides[a]! + (window[a]! - 1) * dilations[a]! + 1 - size[a]!);
    return [Math.floor(all / 2), all - Math.floor(all / 2)];
  }) as unknown as [Pair, Pair];
}

/** Seven loops. */
function convolved(x: Host, w: Host, options: ConvOptions): Expected {
  const [n, h, width] = x.shape as [number, number, number, number];
  const [kh, kw, ci, co] = w.shape as [number, number, number, number];
  const [strides, dilations, groups] = [pairOf(options.strides), pairOf(options.dilations), options.groups ?? 1];
  const pads = paddings(options.padding, [h, width], [kh, kw], strides, dilations);
  const out = [h, width].map(
    (size, a) => Math.floor((size + pads[a]![0] + pads[a]![1] - ([kh, kw][a]! - 1) * dilations[a]! - 1) / strides[a]!) + 1,
  );
  return buildSums([n, ...out, co], ([b, oy, ox, o]) => {
    const terms: number[] = [];
    const group = Math.floor(o! / (co / groups));
    for (let ky = 0; ky < kh; ky++) {
      for (let kx = 0; kx < kw; kx++) {
        const y = oy! * strides[0] + ky * dilations[0] - pads[0][0];
        const at = ox! * strides[1] + kx * dilations[1] - pads[1][0];
        if (y < 0 || y >= h || at < 0 || at >= width) continue;
        for (let c = 0; c < ci; c++) terms.push(get(x, [b!, y, at, group * ci + c]) * get(w, [ky, kx, c, o!]));
      }
    }
    return terms;
  });
}

function row(
  name: string,
  image: readonly number[],
  filter: readonly number[],
  options: ConvOptions = {},
  more: Partial<OpCase> = {},
): OpCase {
  const inner = filter[0]! * filter[1]! * filter[2]!;
  return {
    op: "conv2d",
    name,
    inputs: [reals(image), reals(filter)],
    call: (x, w) => conv2d(x, w!, options),
    expected: (x, w) => convolved(x, w, options),
    tolerance: { k: 2 * inner, why: `${inner} products and additions in any order, ε/2 each relative to Σ|x·w|; doubled` },
    grad: true,
    batch: [0],
    ...more,
  };
}

// biome-ignore format: a table, one row a line
export const convCases: readonly OpCase[] = [
  row("valid", [2, 4, 5, 2], [3, 2, 2, 3]),
  row("same", [1, 4, 4, 1], [3, 3, 1, 2], { padding: "same" }),
  row("same, even window", [1, 3, 4, 2], [2, 4, 2, 1], { padding: "same" }),
  row("1 × 1", [2, 3, 2, 3], [1, 1, 3, 2]),
  row("the window is the image", [2, 3, 4, 2], [3, 4, 2, 2]),
  row("strides", [1, 7, 6, 1], [3, 2, 1, 2], { strides: [2, 3] }),
  row("strides, same, odd", [1, 5, 7, 1], [3, 3, 1, 1], { strides: 2, padding: "same" }),
  row("strides leave rows over", [1, 6, 6, 1], [2, 2, 1, 1], { strides: 3 }),
  row("stride beyond the window, same", [1, 7, 5, 1], [2, 2, 1, 1], { strides: 4, padding: "same" }),
  row("dilations", [1, 6, 7, 1], [2, 3, 1, 2], { dilations: [2, 3] }),
  row("dilations, same", [1, 5, 5, 1], [3, 3, 1, 1], { dilations: 2, padding: "same" }),
  row("strides and dilations", [1, 8, 7, 1], [2, 2, 1, 2], { dilations: [3, 1], strides: [1, 2] }),
  row("numbers as padding, uneven", [1, 3, 3, 1], [2, 2, 1, 1], { padding: [[0, 2], [3, 1]] }),
  row("all at once", [2, 6, 5, 2], [3, 2, 1, 4], { strides: [2, 1], dilations: [1, 2], padding: [[1, 2], [0, 1]], groups: 2 }),
  row("groups", [1, 3, 3, 4], [2, 2, 2, 6], { groups: 2 }),
  row("depthwise", [1, 4, 4, 3], [3, 3, 1, 6], { groups: 3, padding: "same" }),
  row("no images", [0, 4, 4, 1], [2, 2, 1, 1], {}, { grad: true, batch: [] }),
  row("no output channels", [1, 3, 3, 1], [2, 2, 1, 0], {}, { grad: true }),
  row("odd sizes beyond every tile", [1, 9, 11, 5], [3, 3, 5, 7], { padding: "same" }, { grad: false }),
];
