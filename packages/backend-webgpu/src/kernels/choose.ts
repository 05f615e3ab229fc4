/** Which kernel, and which tile, a product takes. */
import type { Kept } from "./elements.ts";
import type { Product } from "./product.ts";
import { lanesOf, type Tile, tileBytes } from "./tile.ts";

/** What the choice depends on, beside the product. */
export interface Machine {
  /** Bytes of memory that a workgroup has. */
  readonly workgroupBytes: number;
  /** Invocations that it may have. */
  readonly lanes: number;
  /** Whether the GPU is a program that compiles large tiles at once: SwiftShader, and not Mesa's driver. */
  readonly isSoftware: boolean;
}

/** Each result is read for, from the workgroup's memory, once in `side` rows and columns; registers end at 8 × 8. */
const tile = (rows: number, columns: number, side: number, depth = 16): Tile => ({ rows, columns, depth, high: side, wide: side });
const large: Tile = /* @__PURE__ */ tile(128, 128, 8);
const middle: Tile = /* @__PURE__ */ tile(64, 64, 8);
const small: Tile = /* @__PURE__ */ tile(32, 32, 4);
const flat: Tile = /* @__PURE__ */ tile(16, 64, 4);
const tall: Tile = /* @__PURE__ */ tile(64, 16, 4);

/**
 * Where a GPU is a program, a workgroup's invocations take turns on one core. Few of them, with many results each, read least; and
 * what is beyond the ends of a matrix is multiplied all the same. Its compiler clears the workgroup's memory number by number.
 */
const softwareTile = (rows: number, columns: number): Tile =>
  rows <= FLAT ? tile(8, 64, 8, 8) : columns <= FLAT ? tile(64, 8, 8, 8) : tile(32, 32, 8, 8);

/** Workgroups that keep a large GPU busy, with several on each of its cores; and those that keep a processor busy. */
const busy = ({ isSoftware }: Pick<Machine, "isSoftware">): number => (isSoftware ? 16 : 256);
/** The least steps that a part of the inner axis is worth. */
const STEPS = 8;
const MOST_PARTS = 64;
/** The most rows, or columns, that a flat or tall tile is for. */
const FLAT = 16;

/** The largest tile of which there are enough. Long sums are cut into parts instead of small tiles. */
export function chooseTile({ rows, columns, inner, items, left, right }: Product, kept: Kept, machine: Machine): Tile {
  if (machine.isSoftware) return softwareTile(rows, columns);
  if (rows <= FLAT) return flat;
  if (columns <= FLAT) return tall;
  const most = busy(machine);
  const fits = (t: Tile): boolean => lanesOf(t) <= machine.lanes && tileBytes(t, left, right, kept) <= machine.workgroupBytes;
  const count = (t: Tile): number => items * Math.ceil(rows / t.rows) * Math.ceil(columns / t.columns);
  if (fits(large) && count(large) >= most) return large;
  const enough = count(middle) * Math.max(1, Math.floor(inner / (STEPS * middle.depth))) >= most / 2;
  return rows > 32 && columns > 32 && fits(middle) && enough ? middle : small;
}

/** Into how many parts an inner axis is cut where there are so many workgroups without that. A part takes whole steps. */
export function cutInner(
  inner: number,
  groups: number,
  step: number,
  machine: Pick<Machine, "isSoftware">,
): { readonly parts: number; readonly length: number } {
  const steps = Math.ceil(inner / step);
  const wanted = Math.min(MOST_PARTS, Math.ceil(busy(machine) / Math.max(1, groups)), Math.floor(steps / STEPS));
  const length = Math.ceil(steps / Math.max(1, wanted)) * step;
  return { parts: Math.max(1, Math.ceil(inner / Math.max(1, length))), length };
}
