/** Cases: softmax and its relatives, and losses from logits. */
import {
  l2Normalize,
  logSoftmax,
  logSumExp,
  sigmoidCrossEntropyWithLogits,
  softmax,
  softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits,
} from "../../ops/nn.ts";
import type { Tolerance } from "../compare.ts";
import { build, type Expected, get, type Host, mapped, reduced, total } from "../host.ts";
import { given, ints, reals } from "../values.ts";
import { FLOATS, type OpCase } from "./case.ts";

const exponentials: Tolerance = {
  k: 32,
  why: "e^(x − max) with |x − max| ≤ 8 multiplies the difference's ε/2 by 8; 2 ulp for e^, a sum of n ≤ 12, a quotient (3); doubled",
};
const logs: Tolerance = { k: 24, why: "a sum of exponentials (16) under a logarithm (4) and two additions, relative to max(|x|, 1)" };
const infinity = Number.POSITIVE_INFINITY;

/** Along one axis, each line by itself. */
function lines(
  x: Host,
  axis: number,
  f: (line: readonly number[]) => readonly number[],
  scale?: (line: readonly number[]) => number,
): Expected {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const line = (i: readonly number[]): number[] =>
    Array.from({ length: x.shape[at]! }, (_, j) =>
      get(
        x,
        i.map((v, k) => (k === at ? j : v)),
      ),
    );
  const result = build(x.shape, (i) => f(line(i))[i[at]!]!);
  return scale ? { ...result, scale: build(x.shape, (i) => scale(line(i))).data } : result;
}
const top = (v: readonly number[]): number =>
  v.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)), -infinity);
const lse = (v: readonly number[]): number => {
  const m = Number.isFinite(top(v)) ? top(v) : 0;
  return Math.log(total(v.map((x) => Math.exp(x - m)))) + m;
};
const soft = (v: readonly number[]): number[] => {
  const e = v.map((x) => Math.exp(x - top(v)));
  return e.map((x) => x / total(e));
};
const logSoft = (v: readonly number[]): number[] => v.map((x) => x - top(v) - Math.log(total(v.map((y) => Math.exp(y - top(v))))));
const largest = (v: readonly number[]): number => 1 + 2 * Math.max(0, ...v.map(Math.abs).filter(Number.isFinite));
const row2 = (x: Host, i: number): number[] => Array.from({ length: x.shape.at(-1)! }, (_, j) => x.data[i * x.shape.at(-1)! + j]!);
const xent = (labels: Host, logits: Host): Expected => ({
  shape: logits.shape.slice(0, -1),
  data: Array.from(
    { length: logits.data.length / logits.shape.at(-1)! },
    (_, i) => -total(logSoft(row2(logits, i)).map((l, j) => l * row2(labels, i)[j]!)),
  ),
  scale: Array.from({ length: logits.data.length / logits.shape.at(-1)! }, (_, i) =>
    total(logSoft(row2(logits, i)).map((l, j) => (Math.abs(l) + largest(row2(logits, i))) * Math.abs(row2(labels, i)[j]!))),
  ),
});
const sparse = (labels: Host, logits: Host): Expected => ({
  shape: labels.shape,
  data: labels.data.map((c, i) => -logSoft(row2(logits, i))[c]!),
  scale: labels.data.map((_, i) => largest(row2(logits, i))),
});
const sigmoidLoss = (z: number, x: number): number => Math.max(x, 0) - x * z + Math.log1p(Math.exp(-Math.abs(x)));

type Along = (x: Parameters<OpCase["call"]>[0], axis?: number) => ReturnType<typeof softmax>;
const family = (
  op: string,
  call: Along,
  f: (line: readonly number[]) => readonly number[],
  tolerance: Tolerance,
  scale?: (line: readonly number[]) => number,
): OpCase[] => {
  const row = (name: string, shape: readonly number[], axis: number | undefined, options: Partial<OpCase> = {}): OpCase => ({
    op,
    name,
    inputs: [reals(shape, -4, 4)],
    call: (x) => call(x, axis),
    expected: (x) => lines(x, axis ?? -1, f, scale),
    tolerance,
    grad: true,
    ...options,
  });
  return [
    row("last axis", [3, 5], undefined, { batch: [0] }),
    row("first axis", [4, 3], 0),
    row("middle axis", [2, 3, 2], -2, { batch: [0] }),
    row("vector", [7], 0),
    row("one class", [3, 1], -1, { batch: [0] }),
    row("odd and longer", [3, 12], -1, { batch: [0], grad: false }),
    row("no rows", [0, 3], -1),
    row("no classes", [2, 0], -1, { grad: false }),
    row("rank 5", [2, 1, 2, 1, 3], -1, { batch: [0], grad: false }),
    row("large numbers do not overflow", [3], -1, { inputs: [given([1000, 999, -1000])], grad: false }),
    row("masked by −∞", [2, 3], -1, { inputs: [given([1, -infinity, 2, -infinity, 0, -infinity], [2, 3])], grad: false }),
    row("NaN and +∞", [2, 3], -1, { inputs: [given([1, Number.NaN, 2, 0, infinity, 1], [2, 3])], grad: false }),
    row("ties", [4], -1, { inputs: [given([2, 2, 2, 2])] }),
  ];
};

// biome-ignore format: a table, one row a line
export const nnCases: readonly OpCase[] = [
  ...family("softmax", softmax, soft, exponentials),
  ...family("logSoftmax", logSoftmax, logSoft, logs, largest),
  ...([["all", undefined, false], ["last, kept", -1, true], ["first", 0, false], ["two", [0, 2], false]] as const).map(
    ([name, axis, keepDims]): OpCase => ({
      op: "logSumExp", name, inputs: [reals([2, 3, 4], -4, 4)], call: (x) => logSumExp(x, { ...(axis !== undefined && { axis }), keepDims }), grad: true, batch: [0],
      expected: (x) => reduced(x, axis, lse, keepDims, largest), tolerance: { k: 48, why: "as logSoftmax, over n ≤ 24" },
    }),
  ),
  { op: "logSumExp", name: "of −∞ only", inputs: [given([-infinity, -infinity])], call: (x) => logSumExp(x), expected: () => ({ shape: [], data: [-infinity] }), tolerance: logs },
  { op: "logSumExp", name: "with +∞", inputs: [given([infinity, 1])], call: (x) => logSumExp(x), expected: () => ({ shape: [], data: [infinity] }), tolerance: logs },
  { op: "logSumExp", name: "large", inputs: [given([1000, 1000])], call: (x) => logSumExp(x), expected: () => ({ shape: [], data: [1000 + Math.LN2] }), tolerance: logs, grad: true },
  { op: "logSumExp", name: "of nothing", inputs: [reals([2, 0])], call: (x) => logSumExp(x, { axis: 1 }), expected: () => ({ shape: [2], data: [-infinity, -infinity] }), tolerance: logs },
  { op: "softmaxCrossEntropyWithLogits", name: "distributions", inputs: [reals([3, 4], 0.1, 1), reals([3, 4], -4, 4)], call: (z, x) => softmaxCrossEntropyWithLogits(z, x!), expected: xent, tolerance: logs, grad: true, batch: [0, 1] },
  { op: "softmaxCrossEntropyWithLogits", name: "one hot, extreme logits", inputs: [given([0, 1, 1, 0], [2, 2]), given([100, -100, 100, -100], [2, 2])], call: (z, x) => softmaxCrossEntropyWithLogits(z, x!), expected: xent, tolerance: logs, grad: true },
  { op: "sparseSoftmaxCrossEntropyWithLogits", name: "rows", inputs: [ints([4], 0, 4, "int32"), reals([4, 5], -4, 4)], call: (z, x) => sparseSoftmaxCrossEntropyWithLogits(z, x!), expected: sparse, tolerance: logs, grad: true, batch: [0, 1] },
  { op: "sparseSoftmaxCrossEntropyWithLogits", name: "sequences", inputs: [ints([2, 3], 0, 3, "int32"), reals([2, 3, 4], -4, 4)], call: (z, x) => sparseSoftmaxCrossEntropyWithLogits(z, x!), expected: sparse, tolerance: logs, grad: true, batch: [0, 1] },
  { op: "sparseSoftmaxCrossEntropyWithLogits", name: "one example, uint8 label", inputs: [given([1], [], "uint8"), reals([3])], call: (z, x) => sparseSoftmaxCrossEntropyWithLogits(z, x!), expected: sparse, tolerance: logs, grad: true },
  { op: "sparseSoftmaxCrossEntropyWithLogits", name: "labels out of range give NaN", inputs: [given([3, -1, 0], [3], "int32"), given([0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 3])], call: (z, x) => sparseSoftmaxCrossEntropyWithLogits(z, x!), expected: () => ({ shape: [3], data: [Number.NaN, Number.NaN, Math.log(3)] }), tolerance: logs },
  { op: "sparseSoftmaxCrossEntropyWithLogits", name: "no examples", inputs: [given([], [0], "int32"), reals([0, 3])], call: (z, x) => sparseSoftmaxCrossEntropyWithLogits(z, x!), expected: sparse, tolerance: logs, grad: true },
  { op: "sigmoidCrossEntropyWithLogits", name: "elementwise", inputs: [reals([3, 4], 0, 1), reals([3, 4], -4, 4, [0])], call: (z, x) => sigmoidCrossEntropyWithLogits(z, x!), expected: mapped(sigmoidLoss as never, ((z: number, x: number) => Math.abs(x) * (1 + z) + 1) as never), tolerance: { k: 12, why: "exp and log1p (8), a product and two additions, relative to |x|(1 + z) + 1" }, grad: true, batch: [0, 1] },
  { op: "sigmoidCrossEntropyWithLogits", name: "at logit 0", inputs: [given([0, 1, 0.25]), given([0, 0, 0])], call: (z, x) => sigmoidCrossEntropyWithLogits(z, x!), expected: mapped(sigmoidLoss as never), tolerance: { k: 12, why: "as elementwise" }, grad: true },
  { op: "sigmoidCrossEntropyWithLogits", name: "large logits", inputs: [given([0, 1, 1, 0]), given([200, 200, -200, -200])], call: (z, x) => sigmoidCrossEntropyWithLogits(z, x!), expected: mapped(sigmoidLoss as never, (() => 400) as never), tolerance: { k: 12, why: "as elementwise" }, grad: true },
  { op: "l2Normalize", name: "rows", inputs: [reals([3, 4])], call: (x) => l2Normalize(x), expected: (x) => lines(x, -1, (v) => v.map((e) => e / Math.hypot(...v))), tolerance: { k: 10, why: "a sum of 4 squares (4, halved by the root), 1/√ (2), a product; doubled" }, grad: true, batch: [0] },
  // In float16 the default ε is 0, in TensorFlow too.
  { op: "l2Normalize", name: "everything, and a zero row", inputs: [given([0, 0, 3, 4], [2, 2])], call: (x) => [l2Normalize(x), l2Normalize(x, [0, 1])], expected: () => [{ shape: [2, 2], data: [0, 0, 0.6, 0.8] }, { shape: [2, 2], data: [0, 0, 0.6, 0.8] }], tolerance: { k: 10, why: "as rows" }, dtypes: [...FLOATS, "bfloat16"] },
];
