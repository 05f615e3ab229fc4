/** Cases: control flow. */

import { matMul } from "../../ops/matmul.ts";
import { add, cast, fill, greater, less, mul, reshape, sub, sum, tanh, zeros } from "../../primitives.ts";
import { cond, repeat, scan, whileLoop } from "../../regions.ts";
import type { Tensor } from "../../tensor.ts";
import { exact, type Tolerance } from "../compare.ts";
import { build, type Expected, get, type Host } from "../host.ts";
import { given, reals } from "../values.ts";
import type { OpCase } from "./case.ts";

type Pair = readonly [Tensor, Tensor];
const steps: Tolerance = { k: 40, why: "at most 5 steps of a tanh (8 ulp, contracting: earlier errors shrink)" };
const few: Tolerance = { k: 8, why: "at most 8 correctly rounded operations, each relative to the largest value" };

const runningSums = (x: Host): Expected[] => {
  const [n, w] = x.shape as [number, number];
  const rows = Array.from({ length: n }, (_, t) =>
    Array.from({ length: w }, (_, j) => Array.from({ length: t + 1 }, (_, s) => get(x, [s, j])).reduce((a, b) => a + b, 0)),
  );
  return [
    { shape: [w], data: rows.at(-1) ?? Array(w).fill(0), scale: Array(w).fill(2 * n) },
    { shape: [n, w], data: rows.flat(), scale: Array(n * w).fill(2 * n) },
  ];
};
/** h ← tanh(h·u + x), the simplest recurrent layer. */
const rnn = (x: Host, h0: Host, u: Host, reverse = false): Expected[] => {
  let h = [...h0.data];
  const n = x.shape[0]!;
  const out: number[][] = [];
  for (let s = 0; s < n; s++) {
    const t = reverse ? n - 1 - s : s;
    h = h.map((_, j) => Math.tanh(get(x, [t, j]) + h.reduce((a, v, i) => a + v * get(u, [i, j]), 0)));
    out[t] = h;
  }
  return [
    { shape: h0.shape, data: h, scale: h.map(() => 1) },
    { shape: [n, h.length], data: out.flat(), scale: out.flat().map(() => 1) },
  ];
};
const recurrent = (x: Tensor, h: Tensor, u: Tensor, reverse = false): Tensor[] =>
  scan(
    (c: Tensor, v: Tensor) => {
      const next = tanh(add(reshape(matMul(reshape(c, [1, 2]), u), [2]), v));
      return [next, next] as const;
    },
    h,
    x,
    { reverse },
  );

// biome-ignore format: a table, one row a line
export const regionCases: readonly OpCase[] = [
  ...([[3, "true"], [-3, "false"]] as const).map(
    ([p, name]): OpCase => ({
      op: "cond", name, inputs: [given([p], []), reals([2, 3]), reals([2, 3])], grad: true, tolerance: few, batch: [1, 2],
      call: (c, x, y) => cond(greater(c, 0), () => mul(x!, y!), () => sub(x!, c)),
      expected: (c, x, y) => build(x.shape, (i) => (c.data[0]! > 0 ? get(x, i) * get(y, i) : get(x, i) - c.data[0]!)),
    }),
  ),
  { op: "cond", name: "a tree of results, nested", inputs: [given([1], []), reals([3])], grad: true, tolerance: few, batch: [1],
    call: (c, x) => { const r = cond(greater(c, 0), () => ({ a: x!, b: cond(greater(c, 2), () => mul(x!, 5), () => mul(x!, 3)) }), () => ({ a: mul(x!, 2), b: x! })); return [r.a, r.b]; },
    expected: (_, x) => [x, { shape: x.shape, data: x.data.map((v) => 3 * v) }] },
  { op: "scan", name: "running sums", inputs: [reals([4, 2])], grad: true, tolerance: few, batch: [0], call: (x) => scan((c: Tensor, v: Tensor) => [add(c, v), add(c, v)] as const, zeros([2], x.dtype), x), expected: runningSums },
  { op: "scan", name: "no steps", inputs: [reals([0, 2])], grad: true, tolerance: exact, call: (x) => scan((c: Tensor, v: Tensor) => [add(c, v), add(c, v)] as const, zeros([2], x.dtype), x), expected: runningSums },
  { op: "scan", name: "one step", inputs: [reals([1, 2])], grad: true, tolerance: few, call: (x) => scan((c: Tensor, v: Tensor) => [add(c, v), add(c, v)] as const, zeros([2], x.dtype), x), expected: runningSums },
  { op: "scan", name: "recurrent, weights captured", inputs: [reals([5, 2]), reals([2]), reals([2, 2], -1, 1)], grad: true, tolerance: steps, batch: [0], call: (x, h, u) => recurrent(x, h!, u!), expected: (x, h, u) => rnn(x, h, u) },
  { op: "scan", name: "in reverse", inputs: [reals([4, 2]), reals([2]), reals([2, 2], -1, 1)], grad: true, tolerance: steps, batch: [0], call: (x, h, u) => recurrent(x, h!, u!, true), expected: (x, h, u) => rnn(x, h, u, true) },
  { op: "scan", name: "over the rows of a batch", inputs: [reals([3, 2]), reals([4, 3, 2])], grad: true, tolerance: few,
    call: (h, xs) => scan((c: Tensor, v: Tensor) => [mul(add(c, v), 0.5), []] as const, h, xs!)[0],
    expected: (h, xs) => build(h.shape, (i) => [0, 1, 2, 3].reduce((c, t) => (c + get(xs, [t, ...i])) / 2, get(h, i))) },
  { op: "scan", name: "trees of carries and slices", inputs: [reals([3]), reals([3])], grad: true, tolerance: few,
    call: (x, y) => { const [c, z] = scan(([a, b]: Pair, { p, q }: { p: Tensor; q: Tensor }) => [[add(a, p), mul(b, q)] as const, { s: mul(p, q) }] as const, [zeros([], x.dtype), fill([], 1, x.dtype)] as const, { p: x, q: y! }); return [c[0], c[1], z.s]; },
    expected: (x, y) => [{ shape: [], data: [x.data.reduce((a, b) => a + b, 0)], scale: [6] }, { shape: [], data: [y.data.reduce((a, b) => a * b, 1)], scale: [8] }, { shape: [3], data: x.data.map((v, i) => v * y.data[i]!) }] },
  { op: "scan", name: "an int32 counter beside a float", inputs: [reals([4])], grad: true, tolerance: few,
    call: (x) => { const [c, y] = scan(([s, i]: Pair, v: Tensor) => [[add(s, v), add(i, 1)] as const, mul(v, s)] as const, [zeros([], x.dtype), zeros([], "int32")] as const, x); return [c[0], c[1], y]; },
    expected: (x) => [{ shape: [], data: [x.data.reduce((a, b) => a + b, 0)], scale: [8] }, { shape: [], data: [4] }, { shape: [4], data: x.data.map((v, i) => v * x.data.slice(0, i).reduce((a, b) => a + b, 0)), scale: [16, 16, 16, 16] }] },
  { op: "scan", name: "in a scan", inputs: [reals([3]), reals([2])], grad: true, tolerance: steps,
    call: (x, y) => scan((c: Tensor, v: Tensor) => { const [d] = scan((e: Tensor, w: Tensor) => [tanh(add(mul(e, w), v)), []] as const, c, y!); return [d, d] as const; }, fill([], 0.5, x.dtype), x),
    expected: (x, y) => { let c = 0.5; const all = x.data.map((v) => (c = y.data.reduce((e, w) => Math.tanh(e * w + v), c))); return [{ shape: [], data: [c], scale: [1] }, { shape: [3], data: all, scale: [1, 1, 1] }]; } },
  { op: "scan", name: "in a cond", inputs: [given([1], []), reals([3])], grad: true, tolerance: few,
    call: (p, x) => cond(greater(p, 0), () => scan((c: Tensor, v: Tensor) => [mul(add(c, v), 0.5), []] as const, zeros([], x!.dtype), x!)[0], () => sum(x!)),
    expected: (_, x) => ({ shape: [], data: [x.data.reduce((c, v) => (c + v) / 2, 0)], scale: [2] }) },
  { op: "cond", name: "in a scan", inputs: [given([1, -1, 0.5, -2])], grad: true, tolerance: few,
    call: (x) => scan((c: Tensor, v: Tensor) => { const d = cond(greater(v, 0), () => mul(c, v), () => add(c, v)); return [d, d] as const; }, fill([], 2, x.dtype), x),
    expected: () => [{ shape: [], data: [-1.5] }, { shape: [4], data: [2, 1, 0.5, -1.5] }] },
  { op: "whileLoop", name: "doubles until it is large", inputs: [given([0.3, 0.4])], tolerance: few, batch: [0],
    call: (x) => whileLoop(([y]) => less(sum(y), 5), ([y]) => [mul(y, 2)] as const, [x] as const)[0],
    expected: (x) => { let v = [...x.data]; while (v.reduce((a, b) => a + b, 0) < 5) v = v.map((e) => 2 * e); return { shape: x.shape, data: v }; } },
  { op: "whileLoop", name: "never starts", inputs: [given([7])], tolerance: exact, call: (x) => whileLoop(([y]) => less(sum(y), 5), ([y]) => [mul(y, 2)] as const, [x] as const)[0], expected: (x) => x },
  { op: "whileLoop", name: "stops at its bound", inputs: [given([0.001])], tolerance: few, grad: true, call: (x) => whileLoop(([y]) => less(sum(y), 5), ([y]) => [mul(y, 2)] as const, [x] as const, { maximumIterations: 3 })[0], expected: (x) => ({ shape: [1], data: [x.data[0]! * 8] }) },
  { op: "whileLoop", name: "bounded: a gradient through the steps it took", inputs: [given([0.3, 0.4]), given([1.5], [])], tolerance: few, grad: true,
    call: (x, f) => whileLoop(([y, n]: Pair) => less(sum(y), 5), ([y, n]: Pair) => [mul(y, f!), add(n, 1)] as const, [x, zeros([], "int32")] as const, { maximumIterations: 20 }).slice(0, 1) as unknown as Tensor[],
    expected: (x, f) => { let v = [...x.data]; while (v.reduce((a, b) => a + b, 0) < 5) v = v.map((e) => f.data[0]! * e); return [{ shape: [2], data: v }]; } },
  { op: "whileLoop", name: "in a cond", inputs: [given([1], []), given([0.5, 0.25])], tolerance: few, grad: true,
    call: (p, x) => cond(greater(p, 0), () => whileLoop(([y]) => less(sum(y), 2.5), ([y]) => [mul(y, 2)] as const, [x!] as const, { maximumIterations: 5 })[0], () => x!),
    expected: (_, x) => ({ shape: [2], data: x.data.map((v) => v * 4) }) },
  { op: "repeat", name: "powers, told the step", inputs: [reals([3])], grad: true, tolerance: few, batch: [0], call: (x) => repeat(3, (c: Tensor, i) => add(mul(c, mul(x, 0.5)), cast(i, x.dtype)), x), expected: (x) => ({ shape: x.shape, data: x.data.map((v) => [0, 1, 2].reduce((c, i) => (c * v) / 2 + i, v)), scale: x.data.map(() => 8) }) },
  { op: "repeat", name: "no steps", inputs: [reals([3])], grad: true, tolerance: exact, batch: [0], call: (x) => repeat(0, (c: Tensor) => mul(c, 2), x), expected: (x) => x },
];
