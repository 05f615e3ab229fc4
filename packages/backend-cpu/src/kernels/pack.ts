// Packing of a product's right operand into the panels that the tile product reads.

import { elementBytes, type KernelCalls } from "./context.ts";
import { panelStep, tileColumns } from "./tile.ts";
import { type StridedMatrix, transposeCopy } from "./transpose.ts";

/** The size of a packed matrix. */
export function packedBytes(depth: number, columns: number): number {
  return Math.ceil(columns / tileColumns) * depth * panelStep;
}

/**
 * Packs a `depth`×`columns` matrix into panels of 8 columns, `panelStride` bytes apart, each k-major. The last
 * panel is filled up with zeros.
 */
export function packPanels(
  context: KernelCalls,
  source: StridedMatrix,
  depth: number,
  columns: number,
  panels: number,
  panelStride: number,
): void {
  for (let column = 0; column < columns; column += tileColumns) {
    const target = { pointer: panels + (column / tileColumns) * panelStride, rowStride: tileColumns };
    const count = Math.min(tileColumns, columns - column);
    if (count < tileColumns) context.exports.fillZero(target.pointer, depth * panelStep);
    const pointer = source.pointer + column * source.columnStride * elementBytes;
    transposeCopy(context, { rows: depth, columns: count, source: { ...source, pointer }, target });
  }
}
