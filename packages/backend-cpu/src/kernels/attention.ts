// Attention by blocks of queries and keys: the scores of a block never leave the caches.

import {
  type AttentionSizes,
  blockSizes,
  fillHidden,
  type Head,
  hiddenScore,
  isHidden,
  makeStep,
  multiply,
  pack,
  packBlocks,
  productBytes,
  rate,
  rowsFrom,
  type Span,
  spans,
  stepBytes,
  transposed,
} from "./attention-blocks.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { transposeCopy } from "./transpose.ts";

/** Heads are cut until there are so many pieces of work: each packs the keys and values it needs. */
const enoughPieces = 16;

export interface AttentionCall extends AttentionSizes {
  head(index: number): Head;
  /** Addresses of contiguous arrays: the results [heads, queries, value features], and [heads, queries] what the gradient will read. */
  readonly means: number;
  readonly most: number | undefined;
  readonly total: number | undefined;
}

/**
 * softmax(scale · Q·Kᵀ)·V, after Dao et al. (2022): a block of scores is made, turned into weights relative to the largest score so
 * far, and multiplied with its values; what was summed up before is brought to the new largest score.
 */
export function attention(context: KernelContext, call: AttentionCall): void {
  const { heads, queries, keys, features, valueFeatures, causal } = call;
  if (keys === 0) return context.exports.fillZero(call.means, heads * queries * valueFeatures * elementBytes);
  const block = blockSizes(causal).queries;
  const blocks = Math.ceil((queries * heads) / enoughPieces / block);
  const parts = [...spans(0, queries, Math.max(1, blocks) * block)];
  const nanoseconds = (heads * queries * keys * (features + valueFeatures)) / rate;
  context.parallel(heads * parts.length, nanoseconds, (calls, piece) =>
    attend(calls, call, Math.floor(piece / parts.length), parts[piece % parts.length] as Span),
  );
}

/** Some queries of a head. */
function attend(calls: KernelCalls, call: AttentionCall, index: number, part: Span): void {
  const { exports } = calls;
  const { queries: all, keys: steps, features, valueFeatures, scale, causal } = call;
  const { query, key, value, mask } = call.head(index);
  const sizes = blockSizes(causal);
  const scoreStride = scratchRowStride(Math.min(steps, sizes.keys));
  const rows = Math.min(part.count, sizes.queries);
  const mustCopy = query.columnStride !== 1;
  const [tables, keyPanels, valuePanels, scoreRows, copies, mostSoFar, totalSoFar, stepTable] = carveScratch(
    calls,
    productBytes,
    packedBytes(features, steps),
    packedBytes(steps, valueFeatures),
    rows * scoreStride * elementBytes,
    mustCopy ? rows * features * elementBytes : 0,
    rows * elementBytes,
    rows * elementBytes,
    causal ? stepBytes : 0,
  );
  // Keys behind the last query are never read.
  const seen = causal && !mask ? Math.min(steps, part.start + part.count) : steps;
  const keyBlocks = [...spans(0, seen, sizes.keys)];
  pack(calls, transposed(key), features, seen, keyPanels);
  packBlocks(calls, value, keyBlocks, valueFeatures, valuePanels);
  if (causal) makeStep(calls, stepTable, false);
  const scores = { pointer: scoreRows, rowStride: scoreStride };

  for (const queries of spans(part.start, part.start + part.count, sizes.queries)) {
    const { count } = queries;
    const place = index * all + queries.start;
    const means = { pointer: call.means + place * valueFeatures * elementBytes, rowStride: valueFeatures };
    const [most, total] = [call.most, call.total].map((p) => p && p + place * elementBytes);
    const [mostPlace, totalPlace] = [most ?? mostSoFar, total ?? totalSoFar];
    let left = rowsFrom(query, queries.start);
    if (mustCopy) {
      transposeCopy(calls, { rows: count, columns: features, source: left, target: { pointer: copies, rowStride: features } });
      left = { pointer: copies, rowStride: features, columnStride: 1 };
    }
    for (const keys of keyBlocks) {
      if (isHidden(causal, mask, queries, keys)) break;
      const isFirst = keys.start === 0;
      const panels = keyPanels + packedBytes(features, keys.start);
      multiply(calls, tables, { m: count, n: keys.count, depth: features, a: left, panels, c: scores, adds: false });
      fillHidden(calls, mask, causal ? stepTable : undefined, { x: scores, queries, keys, keysFirst: false }, hiddenScore(scale));
      exports.attendRows(
        scores.pointer,
        scoreStride * elementBytes,
        count,
        keys.count,
        means.pointer,
        valueFeatures * elementBytes,
        valueFeatures,
        mostPlace,
        totalPlace,
        Number(isFirst),
        scale,
      );
      const values = valuePanels + packedBytes(keys.start, valueFeatures);
      multiply(calls, tables, { m: count, n: valueFeatures, depth: keys.count, a: scores, panels: values, c: means, adds: !isFirst });
    }
    exports.divideRows(means.pointer, valueFeatures * elementBytes, count, valueFeatures, totalPlace);
  }
}
