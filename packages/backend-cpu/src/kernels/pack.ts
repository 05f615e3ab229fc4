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
  const { exports } = context;
  const [rowStride, columnStride] = [source.rowStride * elementBytes, source.columnStride * elementBytes];
  const whole = Math.floor(columns / tileColumns);
  exports.copyPanels(source.pointer, rowStride, columnStride, panels, panelStride, depth, whole);
  const rest = columns - whole * tileColumns;
  if (rest === 0) return;
  const target = { pointer: panels + whole * panelStride, rowStride: tileColumns };
  exports.fillZero(target.pointer, depth * panelStep);
  const pointer = source.pointer + whole * tileColumns * columnStride;
  transposeCopy(context, { rows: depth, columns: rest, source: { ...source, pointer }, target });
}
