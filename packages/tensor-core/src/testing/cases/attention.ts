/** Cases: scaled dot-product attention. */
import { type AttentionOptions, scaledDotProductAttention } from "../../ops/attention.ts";
import { transpose } from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import type { Tolerance } from "../compare.ts";
import { broadcast, buildSums, type Expected, getBroadcast, type Host, total } from "../host.ts";
import { bools, given, type Input, reals } from "../values.ts";
import type { OpCase } from "./case.ts";

interface Situation extends Pick<AttentionOptions, "scale" | "causal"> {
  readonly query: readonly number[];
  readonly key: readonly number[];
  /** The features of a value; the key's when absent. */
  readonly features?: number;
  /** The batch axes of values, where they are not the key's. */
  readonly values?: readonly number[];
  readonly mask?: Input;
  readonly bias?: readonly number[];
}

/** By the definition, for each query by itself. */
const attended =
  ({ causal = false, mask, ...given }: Situation) =>
  (q: Host, k: Host, v: Host, fourth?: Host, fifth?: Host): Expected => {
    const [counts, bias] = mask ? [fourth, fifth] : [undefined, fourth];
    const [steps, d] = k.shape.slice(-2) as [number, number];
    const { scale = 1 / Math.sqrt(d) } = given;
    const fronts = [q, k, v, ...(counts ? [counts] : []), ...(bias ? [bias] : [])].map((x) => x.shape.slice(0, -2));
    return buildSums([...broadcast(fronts), q.shape.at(-2)!, v.shape.at(-1)!], (at) => {
      const [front, [t, e]] = [at.slice(0, -2), at.slice(-2) as [number, number]];
      const scores = Array.from({ length: steps }, (_, s) => {
        if ((causal && s > t) || (counts && !getBroadcast(counts, [...front, t, s]))) return -1e9;
        const products = Array.from({ length: d }, (_, f) => getBroadcast(q, [...front, t, f]) * getBroadcast(k, [...front, s, f]));
        return total(products) * scale + (bias ? getBroadcast(bias, [...front, t, s]) : 0);
      });
      const most = Math.max(...scores);
      const weights = scores.map((x) => Math.exp(x - most));
      return weights.map((w, s) => (w / total(weights)) * getBroadcast(v, [...front, s, e]));
    });
  };

/** Of scores whose terms add up to at most `scores`, over so many features and steps. */
const weighing = (features: number, steps: number, scores: number): Tolerance => ({
  k: 2 * scores * (features + 2) + 16 + 2 * steps,
  why: `a score is off by (${features} + 2) roundings of its terms (${scores}), above and below the line of a quotient; e^ and the quotient (16); two sums of ${steps}`,
});

function row(name: string, s: Situation, options: Partial<OpCase> = {}): OpCase {
  const [d, steps] = [s.query.at(-1)!, s.key.at(-2)!];
  const { mask, bias, values, ...given } = s;
  const value = [...(values ?? s.key.slice(0, -2)), steps, s.features ?? d];
  const { scale = 1 / Math.sqrt(d), causal } = given;
  return {
    op: "scaledDotProductAttention",
    name,
    inputs: [reals(s.query, -1, 1), reals(s.key, -1, 1), reals(value), ...(mask ? [mask] : []), ...(bias ? [reals(bias)] : [])],
    call: (q, k, v, ...more: Tensor[]) =>
      scaledDotProductAttention(q!, k!, v!, {
        mask: mask && more[0],
        bias: bias && more.at(-1),
        causal,
        ...(given.scale !== undefined && { scale }),
      }),
    expected: attended(s) as OpCase["expected"] & {},
    tolerance: weighing(d, steps, d * scale + (bias ? 2 : 0)),
    grad: true,
    second: s.query.length < 4,
    ...options,
  };
}

const everyOther = given([1, 0, 1, 0, 1], [1, 5], "bool");
export const attentionCases: readonly OpCase[] = [
  row("one head", { query: [3, 4], key: [5, 4] }, { batch: [0] }),
  row("heads, and values of other sizes", { query: [2, 3, 4, 2], key: [2, 3, 5, 2], features: 3 }, { batch: [0, 1, 2] }),
  row("causal", { query: [2, 5, 3], key: [2, 5, 3], causal: true }, { batch: [0, 1, 2] }),
  row("causal, more keys than queries", { query: [3, 2], key: [6, 2], causal: true }),
  row("causal, more queries than keys", { query: [6, 2], key: [3, 2], causal: true }),
  row("a mask of all pairs", { query: [2, 3, 2], key: [2, 4, 2], mask: bools([2, 3, 4]) }),
  row("a mask of keys", { query: [2, 3, 2], key: [2, 5, 2], mask: everyOther }, { batch: [0, 1, 2] }),
  row("a mask that allows a query nothing", { query: [2, 3], key: [3, 3], mask: given([0, 0, 0, 0, 1, 1], [2, 3], "bool") }),
  row("a mask, and causal", { query: [4, 3], key: [5, 3], mask: everyOther, causal: true }),
  row("a bias, and a mask", { query: [2, 3, 2], key: [2, 3, 2], bias: [3, 3], mask: given([1, 1, 0], [3], "bool"), causal: true }),
  row("a scale", { query: [3, 2], key: [4, 2], scale: 0.25 }),
  row("a scale of more than one, and a mask", { query: [3, 2], key: [5, 2], scale: 3, mask: everyOther }),
  row("a negative scale", { query: [3, 2], key: [5, 2], scale: -1, mask: everyOther }),
  row("batch axes that broadcast", { query: [2, 1, 3, 2], key: [3, 4, 2], values: [], features: 1 }),
  row("no queries", { query: [2, 0, 3], key: [2, 4, 3] }),
  // From so many keys on devices may go by blocks.
  row("many keys", { query: [2, 2, 3, 2], key: [2, 2, 97, 2], features: 3 }, { grad: false, batch: [0, 1, 2] }),
  row("many keys, gradients", { query: [3, 2], key: [97, 2], features: 1 }, { second: false }),
  row("many keys, gradients, causal", { query: [98, 1], key: [97, 1], causal: true }, { second: false }),
  row("many keys, a mask for each head", { query: [2, 3, 2], key: [2, 100, 2], mask: bools([2, 3, 100]), causal: true }, { grad: false }),
  row("many keys, a mask of keys", { query: [2, 3, 2], key: [100, 2], mask: bools([2, 1, 100]) }, { grad: false }),
  row("many keys, gradients, a mask of pairs", { query: [2, 2], key: [100, 2], mask: bools([2, 100]) }, { second: false }),
  {
    ...row("many keys, transposes of views", { query: [3, 2, 4], key: [99, 2, 4] }, { grad: false }),
    call: (q, k, v) => scaledDotProductAttention(...([q, k, v].map((x) => transpose(x!, [1, 0, 2])) as [Tensor, Tensor, Tensor])),
    expected: (q, k, v) => attended({ query: [], key: [] })(swapped(q!), swapped(k!), swapped(v!)),
  },
  {
    ...row("of transposes of views", { query: [3, 2, 4], key: [5, 2, 4] }, { grad: true, second: false }),
    call: (q, k, v) => scaledDotProductAttention(...([q, k, v].map((x) => transpose(x!, [1, 0, 2])) as [Tensor, Tensor, Tensor])),
    expected: (q, k, v) => attended({ query: [], key: [] })(swapped(q!), swapped(k!), swapped(v!)),
  },
];
/** The first two of three axes the other way round. */
const swapped = (x: Host): Host => {
  const [a, b, c] = x.shape as [number, number, number];
  const data = Array.from({ length: a * b * c }, (_, i) => x.data[((Math.floor(i / c) % a) * b + Math.floor(i / (a * c))) * c + (i % c)]!);
  return { shape: [b, a, c], data };
};
