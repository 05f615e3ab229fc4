// Attention and its gradients against float64 loops: blocks and their edges, masks, order, heads that lie apart, special numbers.

import { describe, expect, test } from "vitest";
import { epsilon, expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { attention } from "./attention.ts";
import type { AttentionSizes } from "./attention-blocks.ts";
import { attentionGradient } from "./attention-gradient.ts";

interface Situation {
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures?: number;
  readonly causal?: boolean;
  /** For every pair, for every key, or none. */
  readonly mask?: "pairs" | "keys";
  readonly scale?: number;
  /** Whether steps and features have changed places in memory. */
  readonly turned?: boolean;
}

const heads = 2;

/** What float64 makes of it, with the sums of magnitudes that errors are relative to. */
interface Expected {
  readonly means: number[];
  readonly query: number[];
  readonly key: number[];
  readonly value: number[];
}

function expected(s: Required<Situation>, x: Inputs): Expected & { readonly magnitudes: Expected } {
  const { queries, keys, features: d, valueFeatures: e, scale } = s;
  const blank = (): Expected => ({
    means: new Array(heads * queries * e).fill(0),
    query: new Array(heads * queries * d).fill(0),
    key: new Array(heads * keys * d).fill(0),
    value: new Array(heads * keys * e).fill(0),
  });
  const [result, magnitudes] = [blank(), blank()];
  const add = (which: keyof Expected, at: number, value: number, size = Math.abs(value)): void => {
    result[which][at]! += value;
    magnitudes[which][at]! += size;
  };
  const row = (values: ArrayLike<number>, at: number, width: number): number[] =>
    Array.from({ length: width }, (_, i) => values[at * width + i]!);
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  for (let h = 0; h < heads; h += 1) {
    for (let i = 0; i < queries; i += 1) {
      const at = h * queries + i;
      const [q, dy] = [row(x.query, at, d), row(x.gradient, at, e)];
      const seen = Array.from({ length: keys }, (_, j) => x.counts(h, i, j));
      const scores = seen.map((isSeen, j) => (isSeen ? dot(q, row(x.key, h * keys + j, d)) * scale : -1e38));
      const most = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - most));
      const total = weights.reduce((a, b) => a + b, 0);
      const products = Array.from({ length: keys }, (_, j) => dot(dy, row(x.value, h * keys + j, e)));
      const delta = products.reduce((sum, p, j) => sum + (p * weights[j]!) / total, 0);
      const size = Math.max(...products.map(Math.abs), Math.abs(delta));
      for (let j = 0; j < keys; j += 1) {
        const weight = weights[j]! / total;
        const ds = seen[j] ? weight * (products[j]! - delta) * scale : 0;
        for (let f = 0; f < e; f += 1) {
          add("means", at * e + f, weight * x.value[(h * keys + j) * e + f]!);
          add("value", (h * keys + j) * e + f, weight * dy[f]!);
        }
        for (let f = 0; f < d; f += 1) {
          // Two numbers as large as `size` are subtracted.
          const terms = (by: number): [number, number] => [ds * by, weight * 2 * size * scale * Math.abs(by)];
          add("query", at * d + f, ...terms(x.key[(h * keys + j) * d + f]!));
          add("key", (h * keys + j) * d + f, ...terms(q[f]!));
        }
      }
    }
  }
  return { ...result, magnitudes };
}

interface Inputs {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  readonly mask: Uint8Array;
  counts(head: number, query: number, key: number): boolean;
}

function inputs({ queries, keys, features, valueFeatures, causal, mask }: Required<Situation>, seed: number): Inputs {
  const random = randomNumbers(seed);
  const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => random() * 2 - 1);
  const bytes = Uint8Array.from({ length: (mask === "pairs" ? heads * queries : 1) * keys + 3 }, () => Number(random() < 0.7));
  // One query may see nothing.
  if (mask === "pairs") bytes.fill(0, 0, keys);
  return {
    query: draw(heads * queries * features),
    key: draw(heads * keys * features),
    value: draw(heads * keys * valueFeatures),
    gradient: draw(heads * queries * valueFeatures),
    mask: bytes,
    counts: (h, i, j) => !(causal && j > i) && (!mask || bytes[(mask === "pairs" ? (h * queries + i) * keys : 0) + j] === 1),
  };
}

describe.each([{ relaxed: true }, { relaxed: false }])("attention, relaxed: $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);

  function check(situation: Situation): void {
    const s = {
      valueFeatures: situation.features,
      causal: false,
      mask: undefined,
      scale: 0.5,
      turned: false,
      ...situation,
    } as Required<Situation>;
    const { queries, keys, features, valueFeatures, turned } = s;
    const x = inputs(s, queries * 1000 + keys);
    /** An operand, as it is or with steps and features in the other order. */
    const put = (
      values: Float32Array,
      steps: number,
      width: number,
    ): ((head: number) => { pointer: number; rowStride: number; columnStride: number }) => {
      const laid = turned
        ? values.map(
            (_, k) => values[Math.floor(k / (steps * width)) * steps * width + (k % steps) * width + (Math.floor(k / steps) % width)]!,
          )
        : values;
      const pointer = bench.put(laid);
      return (head) => ({ pointer: pointer + head * steps * width * 4, rowStride: turned ? 1 : width, columnStride: turned ? steps : 1 });
    };
    const [query, key] = [put(x.query, queries, features), put(x.key, keys, features)];
    const [value, gradient] = [put(x.value, keys, valueFeatures), put(x.gradient, queries, valueFeatures)];
    const bytes = bench.put(new Float32Array(Math.ceil(x.mask.length / 4)));
    bench.memory.bytes().set(x.mask, bytes);
    const mask = (h: number): { pointer: number; queryStep: number; keyStep: number } | undefined =>
      s.mask && { pointer: bytes + (s.mask === "pairs" ? h * queries * keys : 0), queryStep: s.mask === "pairs" ? keys : 0, keyStep: 1 };
    const head = (h: number) => ({ query: query(h), key: key(h), value: value(h), mask: mask(h) });
    const sizes: AttentionSizes = { heads, queries, keys, features, valueFeatures, scale: s.scale, causal: s.causal };
    const means = bench.output(heads * queries * valueFeatures);
    const [most, total] = [bench.output(heads * queries), bench.output(heads * queries)];
    attention(bench.context, { ...sizes, head, means, most, total });
    const got = bench.floats(means, heads * queries * valueFeatures);
    const want = expected(s, x);
    // A score of `features` terms of at most 1, times the scale, off by as many roundings; e^ and the quotient by 12 units; sums of all keys.
    const k = 2 * (features * s.scale * (features + 2) + 12 + keys);
    const allowed = (terms: readonly number[], more = 0): number[] => terms.map((t) => (k + more) * epsilon * t + 1e-37);
    expectClose(got, want.means, allowed(want.magnitudes.means));

    const products = Float32Array.from({ length: heads * queries }, (_, i) => {
      let sum = 0;
      for (let f = 0; f < valueFeatures; f += 1) sum += got[i * valueFeatures + f]! * x.gradient[i * valueFeatures + f]!;
      return sum;
    });
    const delta = bench.put(products);
    const results = [bench.output(x.query.length), bench.output(x.key.length), bench.output(x.value.length)] as const;
    const gradientHead = (h: number) => {
      const of = (pointer: number): number => pointer + h * queries * 4;
      return { ...head(h), gradient: gradient(h), most: of(most), total: of(total), delta: of(delta) };
    };
    attentionGradient(bench.context, { ...sizes, head: gradientHead, query: results[0], key: results[1], value: results[2] });
    // Products of gradients and values have `valueFeatures` terms, and sums run over the queries, too.
    const more = 4 * (valueFeatures + queries + keys);
    expectClose(bench.floats(results[0], x.query.length), want.query, allowed(want.magnitudes.query, more));
    expectClose(bench.floats(results[1], x.key.length), want.key, allowed(want.magnitudes.key, more));
    expectClose(bench.floats(results[2], x.value.length), want.value, allowed(want.magnitudes.value, more));
    const before = results.map((pointer, i) => bench.floats(pointer, [x.query, x.key, x.value][i]!.length));
    // What nobody reads is left out, and changes nothing.
    for (const only of [0, 1, 2] as const) {
      const wanted = results.map((pointer, i) => (i === only ? pointer : undefined));
      attentionGradient(bench.context, { ...sizes, head: gradientHead, query: wanted[0], key: wanted[1], value: wanted[2] });
      expect(bench.floats(results[only], before[only]!.length)).toEqual(before[only]);
    }
    bench.checkAndFree();
  }

  test.each<Situation>([
    { queries: 1, keys: 1, features: 1 },
    { queries: 5, keys: 3, features: 4 },
    { queries: 133, keys: 129, features: 7, valueFeatures: 9 },
    { queries: 140, keys: 300, features: 8 },
    { queries: 7, keys: 260, features: 16, scale: 3 },
    { queries: 0, keys: 4, features: 2 },
    { queries: 4, keys: 0, features: 2 },
    { queries: 4, keys: 5, features: 0, valueFeatures: 3 },
    { queries: 4, keys: 5, features: 3, valueFeatures: 0 },
    { queries: 137, keys: 131, features: 5, valueFeatures: 3, turned: true },
  ])("of every pair: %o", check);
  test.each<Situation>([
    { queries: 6, keys: 6, features: 3, causal: true },
    { queries: 67, keys: 67, features: 4, causal: true },
    { queries: 200, keys: 140, features: 4, causal: true },
    { queries: 140, keys: 200, features: 4, causal: true, turned: true },
    { queries: 133, keys: 270, features: 3, mask: "pairs" },
    { queries: 9, keys: 135, features: 3, mask: "keys" },
    { queries: 150, keys: 141, features: 3, mask: "pairs", causal: true },
    { queries: 70, keys: 201, features: 3, mask: "keys", causal: true, scale: 2 },
  ])("of some pairs: %o", check);

  test("NaN and infinity reach what they touch, and nothing else", () => {
    const sizes = { heads: 1, queries: 2, keys: 150, features: 4, valueFeatures: 4, scale: 1, causal: false };
    const run = (queryValue: number, keyValue: number): Float32Array => {
      const matrix = (steps: number, first: number): { pointer: number; rowStride: number; columnStride: number } => ({
        pointer: bench.put(new Float32Array(steps * 4).fill(0.5).fill(first, 0, 4)),
        rowStride: 4,
        columnStride: 1,
      });
      const means = bench.output(8);
      const head = { query: matrix(2, queryValue), key: matrix(150, keyValue), value: matrix(150, 0.5), mask: undefined };
      attention(bench.context, { ...sizes, head: () => head, means, most: undefined, total: undefined });
      const result = bench.floats(means, 8);
      bench.checkAndFree();
      return result;
    };
    const ofNaN = run(Number.NaN, 0.5);
    expect([...ofNaN.slice(0, 4)].every(Number.isNaN)).toBe(true);
    expectClose(ofNaN.slice(4), new Float32Array(4).fill(0.5), 300 * epsilon);
    expect([...run(0.5, Number.NaN)].every(Number.isNaN)).toBe(true);
    expect([...run(0.5, Number.POSITIVE_INFINITY)].every(Number.isNaN)).toBe(true);
    // A key of −∞ has no weight.
    expectClose(run(0.5, Number.NEGATIVE_INFINITY), new Float32Array(8).fill(0.5), 300 * epsilon);
  });
});
