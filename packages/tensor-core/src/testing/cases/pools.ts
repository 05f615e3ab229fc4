/** Cases: pooling of sequences and volumes, against loops over any number of axes. */
import { avgPool1d, avgPool3d, maxPool1d, maxPool3d } from "../../ops/pools.ts";
import type { Tensor } from "../../tensor.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, type Expected, get, type Host, indices, total } from "../host.ts";
import { distinct, reals } from "../values.ts";
import type { OpCase } from "./case.ts";
import { along, each, layout, place, type Window } from "./convolutions.ts";

type Sizes = readonly number[];
function pooled(x: Host, window: number | Sizes, o: Window, f: (values: Sizes) => number): Expected {
  const size = x.shape.slice(1, -1);
  const [sizes, options] = [each(window, size.length), { strides: window, ...o }];
  const { out, before } = layout(size, sizes, options);
  return build([x.shape[0]!, ...out, x.shape.at(-1)!], (i) =>
    f(
      [...indices(sizes)].flatMap((k) => {
        const at = place(size, before, i.slice(1, -1), k, options);
        return at ? [get(x, [i[0]!, ...at, i.at(-1)!])] : [];
      }),
    ),
  );
}
const biggest = (v: Sizes): number => Math.max(...v);
const average = (v: Sizes): number => total(v) / v.length;
const averages: Tolerance = { k: 32, why: "sums of at most 12 terms of magnitude ≤ 2 (relative to 2), and two quotients; doubled" };

type Pool = (x: Tensor, window: never, options: never) => Tensor;
const both = (
  ops: readonly [string, Pool, string, Pool],
  name: string,
  shape: Sizes,
  window: number | Sizes,
  o: Window = {},
  more: Partial<OpCase> = {},
): OpCase[] => {
  const [maxName, max, avgName, avg] = ops;
  const common = { name, grad: true, batch: [0], ...more };
  const options = along(o, shape.length) as never;
  return [
    {
      op: maxName,
      ...common,
      inputs: [distinct(shape)],
      call: (x) => max(x, window as never, options),
      expected: (x) => pooled(x, window, o, biggest),
      tolerance: exact,
    },
    {
      op: avgName,
      ...common,
      inputs: [reals(shape)],
      call: (x) => avg(x, window as never, options),
      expected: (x) => ({ ...pooled(x, window, o, average), scale: pooled(x, window, o, () => 2).data }),
      tolerance: averages,
    },
  ];
};
const lines = ["maxPool1d", maxPool1d, "avgPool1d", avgPool1d] as const;
const volumes = ["maxPool3d", maxPool3d, "avgPool3d", avgPool3d] as const;

// biome-ignore format: a table, one row a line
export const poolsCases: readonly OpCase[] = [
  ...both(lines, "plain", [2, 6, 2], 2),
  ...both(lines, "overlapping, same, leaves one over", [2, 7, 3], 4, { strides: 3, padding: "same" }),
  ...both(lines, "dilated, padded", [1, 6, 1], 2, { strides: 1, dilations: 2, padding: [[1, 0]] }),
  ...both(volumes, "plain", [2, 2, 4, 4, 2], 2),
  ...both(volumes, "uneven window, leaves some over", [1, 3, 4, 5, 1], [2, 3, 2]),
  ...both(volumes, "overlapping, same", [1, 3, 4, 2, 2], [2, 3, 2], { strides: [1, 2, 1], padding: "same" }),
  ...both(volumes, "padded unevenly", [1, 2, 3, 2, 1], 2, { strides: 1, padding: [[1, 0], [0, 1], [1, 1]] }),
];
