/** Cases: pooling, overlapping, padded, with ties. */
import { avgPool, maxPool } from "../../ops/pool.ts";
import type { Pair, WindowOptions } from "../../ops/window.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, type Expected, get, type Host, total } from "../host.ts";
import { distinct, given, type Input, reals } from "../values.ts";
import type { OpCase } from "./case.ts";
import { paddings, pairOf } from "./conv.ts";

/** Each window's values, those in the padding left out. */
function pooled(x: Host, window: number | Pair, options: WindowOptions, f: (values: readonly number[]) => number): Expected {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const size = pairOf(window);
  const [strides, dilations] = [pairOf(options.strides ?? window), pairOf(options.dilations)];
  const pads = paddings(options.padding, [h, w], size, strides, dilations);
  const out = [h, w].map((d, a) => Math.floor((d + pads[a]![0] + pads[a]![1] - (size[a]! - 1) * dilations[a]! - 1) / strides[a]!) + 1);
  return build([n, ...out, c], ([b, oy, ox, k]) => {
    const values: number[] = [];
    for (let i = 0; i < size[0]; i++) {
      for (let j = 0; j < size[1]; j++) {
        const [y, at] = [oy! * strides[0] + i * dilations[0] - pads[0][0], ox! * strides[1] + j * dilations[1] - pads[1][0]];
        if (y >= 0 && y < h && at >= 0 && at < w) values.push(get(x, [b!, y, at, k!]));
      }
    }
    return f(values);
  });
}
const biggest = (v: readonly number[]): number => v.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const average = (v: readonly number[]): number => total(v) / v.length;
const averages: Tolerance = { k: 24, why: "sums of n ≤ 9 terms of magnitude ≤ 2 (relative to 2), and a quotient (3); doubled" };

function rows(
  op: string,
  call: typeof maxPool,
  f: (v: readonly number[]) => number,
  make: (shape: readonly number[]) => Input,
  tolerance: Tolerance,
): OpCase[] {
  const row = (
    name: string,
    shape: readonly number[],
    window: number | Pair,
    options: WindowOptions = {},
    more: Partial<OpCase> = {},
  ): OpCase => ({
    op,
    name,
    inputs: [make(shape)],
    call: (x) => call(x, window, options),
    expected: (x) => ({ ...pooled(x, window, options, f), ...(f === average && { scale: pooled(x, window, options, () => 2).data }) }),
    tolerance,
    grad: true,
    batch: [0],
    ...more,
  });
  return [
    row("plain", [2, 4, 4, 2], 2),
    row("leaves a row and a column over", [1, 5, 7, 1], [2, 3]),
    row("overlapping", [1, 5, 5, 2], 3, { strides: 1 }),
    row("overlapping, same", [1, 5, 4, 1], 3, { strides: 2, padding: "same" }),
    row("same, stride 1", [1, 3, 3, 2], 2, { strides: 1, padding: "same" }),
    row("numbers as padding", [1, 3, 4, 1], [2, 3], {
      strides: [1, 2],
      padding: [
        [1, 0],
        [1, 2],
      ],
    }),
    row("dilated", [1, 5, 6, 1], 2, { strides: 1, dilations: [2, 3] }),
    row("one window", [2, 3, 3, 3], 3),
    row("window of 1, strided", [1, 5, 5, 1], 1, { strides: 2 }),
    row("no images", [0, 4, 4, 1], 2, {}, { batch: [] }),
  ];
}

// biome-ignore format: a table, one row a line
export const poolCases: readonly OpCase[] = [
  ...rows("maxPool", maxPool, biggest, distinct, exact),
  ...rows("avgPool", avgPool as typeof maxPool, average, (s) => reals(s), averages),
  { op: "maxPool", name: "ties: the value is one, wherever it came from", inputs: [given([1, 1, 1, 1, 0, 2, 2, 0, 2], [1, 3, 3, 1])], call: (x) => maxPool(x, 2, { strides: 1 }), expected: (x) => pooled(x, 2, { strides: 1 }, biggest), tolerance: exact },
  { op: "maxPool", name: "all negative, padded", inputs: [given([-5, -3, -4, -1], [1, 2, 2, 1])], call: (x) => maxPool(x, 2, { padding: "same", strides: 1 }), expected: (x) => pooled(x, 2, { padding: "same", strides: 1 }, biggest), tolerance: exact, grad: true },
  { op: "maxPool", name: "−∞ and +∞", inputs: [given([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1], [1, 1, 4, 1])], call: (x) => maxPool(x, [1, 2]), expected: (x) => pooled(x, [1, 2], {}, biggest), tolerance: exact },
  { op: "maxPool", name: "NaN", inputs: [given([Number.NaN, 1, 2, 3], [1, 1, 4, 1])], call: (x) => maxPool(x, [1, 2]), expected: () => ({ shape: [1, 1, 2, 1], data: [Number.NaN, 3] }), tolerance: exact },
];
