// The gradients of attention: scores are made again, block by block, of what the forward pass kept of each query.

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
  type Rows,
  rate,
  rowsFrom,
  spans,
  stepBytes,
  transposed,
} from "./attention-blocks.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { type StridedMatrix, transposeCopy } from "./transpose.ts";

/** A head, with the gradient of its means. */
export interface GradientHead extends Head {
  readonly gradient: StridedMatrix;
  /** Of each query, neighbours: its largest score, the sum of its weights before they were divided by it, and gradient · mean. */
  readonly most: number;
  readonly total: number;
  readonly delta: number;
}
export interface AttentionGradientCall extends AttentionSizes {
  head(index: number): GradientHead;
  /** Addresses of contiguous results [heads, steps, features]; undefined for those nobody reads. */
  readonly query: number | undefined;
  readonly key: number | undefined;
  readonly value: number | undefined;
}

/**
 * The gradients of query, key and value. After Dao et al. (2022), with keys as the rows of a block: so weights and gradients of
 * scores are left operands for the gradients of values and keys as they are made, and only that of queries needs a transposed copy.
 */
export function attentionGradient(context: KernelContext, call: AttentionGradientCall): void {
  const { heads, queries, keys, features, valueFeatures } = call;
  const nanoseconds = (heads * queries * keys * (3 * features + 2 * valueFeatures)) / rate;
  context.parallel(heads, nanoseconds, (calls, index) => differentiate(calls, call, index));
}

function differentiate(calls: KernelCalls, call: AttentionGradientCall, index: number): void {
  const { exports } = calls;
  const { queries: all, keys: steps, features, valueFeatures, scale, causal } = call;
  const head = call.head(index);
  const { mask } = head;
  const sizes = blockSizes(causal);
  const keyBlocks = [...spans(0, steps, sizes.keys)];
  const [rows, columns] = [Math.min(steps, sizes.keys), Math.min(all, sizes.queries)];
  const [stride, turnedStride] = [scratchRowStride(columns), scratchRowStride(rows)];
  const copyBytes = ({ columnStride }: StridedMatrix, width: number): number => (columnStride === 1 ? 0 : steps * width * elementBytes);
  const [tables, keyPanels, queryColumns, queryRows, gradientColumns, gradientRows, s, d, turned, keyCopy, valueCopy, stepTable] =
    carveScratch(
      calls,
      productBytes,
      packedBytes(steps, features),
      packedBytes(features, columns),
      packedBytes(columns, features),
      packedBytes(valueFeatures, columns),
      packedBytes(columns, valueFeatures),
      rows * stride * elementBytes,
      rows * stride * elementBytes,
      columns * turnedStride * elementBytes,
      copyBytes(head.key, features),
      copyBytes(head.value, valueFeatures),
      causal ? stepBytes : 0,
    );
  const inRows = (source: StridedMatrix, width: number, pointer: number): StridedMatrix => {
    if (source.columnStride === 1) return source;
    const target = { pointer, rowStride: width };
    transposeCopy(calls, { rows: steps, columns: width, source, target });
    return { ...target, columnStride: 1 };
  };
  const result = (pointer: number | undefined, count: number, width: number): StridedMatrix | undefined => {
    if (pointer === undefined) return undefined;
    const matrix = { pointer: pointer + index * count * width * elementBytes, rowStride: width, columnStride: 1 };
    exports.fillZero(matrix.pointer, count * width * elementBytes);
    return matrix;
  };
  const [key, value] = [inRows(head.key, features, keyCopy), inRows(head.value, valueFeatures, valueCopy)];
  const dQuery = result(call.query, all, features);
  const [dKey, dValue] = [result(call.key, steps, features), result(call.value, steps, valueFeatures)];
  if (dQuery) packBlocks(calls, head.key, keyBlocks, features, keyPanels);
  if (causal) makeStep(calls, stepTable, true);
  const step = causal ? stepTable : undefined;
  const [scores, gradients] = [
    { pointer: s, rowStride: stride },
    { pointer: d, rowStride: stride },
  ];

  for (const queries of spans(0, all, sizes.queries)) {
    const { start, count: n } = queries;
    const [query, gradient] = [rowsFrom(head.query, start), rowsFrom(head.gradient, start)];
    pack(calls, transposed(query), features, n, queryColumns);
    pack(calls, transposed(gradient), valueFeatures, n, gradientColumns);
    if (dKey) pack(calls, query, n, features, queryRows);
    if (dValue) pack(calls, gradient, n, valueFeatures, gradientRows);
    const statistics = [head.most, head.total, head.delta].map((p) => p + start * elementBytes) as [number, number, number];
    for (const keys of keyBlocks) {
      if (isHidden(causal, mask, queries, keys)) break;
      const m = keys.count;
      const block = { queries, keys, keysFirst: true };
      const add = (a: Rows, panels: number, into: StridedMatrix, width: number): void =>
        multiply(calls, tables, { m, n: width, depth: n, a, panels, c: rowsFrom(into, keys.start), adds: true });
      multiply(calls, tables, { m, n, depth: features, a: rowsFrom(key, keys.start), panels: queryColumns, c: scores, adds: false });
      fillHidden(calls, mask, step, { ...block, x: scores }, hiddenScore(scale));
      const values = rowsFrom(value, keys.start);
      multiply(calls, tables, { m, n, depth: valueFeatures, a: values, panels: gradientColumns, c: gradients, adds: false });
      exports.attentionGradientRows(scores.pointer, gradients.pointer, stride * elementBytes, m, n, ...statistics, scale);
      if (dValue) add(scores, gradientRows, dValue, valueFeatures);
      fillHidden(calls, mask, step, { ...block, x: gradients }, 0);
      if (dKey) add(gradients, queryRows, dKey, features);
      if (!dQuery) continue;
      const source = { pointer: gradients.pointer, rowStride: 1, columnStride: stride };
      const target = { pointer: turned, rowStride: turnedStride };
      transposeCopy(calls, { rows: n, columns: m, source, target });
      const panels = keyPanels + packedBytes(keys.start, features);
      multiply(calls, tables, { m: n, n: features, depth: m, a: target, panels, c: rowsFrom(dQuery, start), adds: true });
    }
  }
}
