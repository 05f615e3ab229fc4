/** Which kernel, and which tile, a product takes. */
import type { Kept } from "./elements.ts";
import type { Product } from "./product.ts";
import { lanesOf, type Tile, tileBytes } from "./tile.ts";

export interface TileLimits {
  /** Bytes of memory that a workgroup has. */
  readonly workgroupBytes: number;
  /** Invocations that it may have. */
  readonly lanes: number;
}

// Each result is read for, from the workgroup's memory, once in `high` rows and `wide` columns; registers end at 8 × 8.
const large: Tile = { rows: 128, columns: 128, depth: 16, high: 8, wide: 8 };
const middle: Tile = { rows: 64, columns: 64, depth: 16, high: 8, wide: 8 };
const small: Tile = { rows: 32, columns: 32, depth: 16, high: 4, wide: 4 };
const flat: Tile = { rows: 16, columns: 64, depth: 16, high: 4, wide: 4 };
const tall: Tile = { rows: 64, columns: 16, depth: 16, high: 4, wide: 4 };

/** Workgroups that keep a large GPU busy, with several on each of its cores. */
const BUSY = 256;
/** The least steps that a part of the inner axis is worth. */
const STEPS = 8;
const MOST_PARTS = 64;

/** The largest tile of which there are enough. Long sums are cut into parts instead of small tiles. */
export function chooseTile({ rows, columns, inner, items, left, right }: Product, kept: Kept, limits: TileLimits): Tile {
  if (rows <= 16) return flat;
  if (columns <= 16) return tall;
  const fits = (t: Tile): boolean => lanesOf(t) <= limits.lanes && tileBytes(t, left, right, kept) <= limits.workgroupBytes;
  const count = (t: Tile): number => items * Math.ceil(rows / t.rows) * Math.ceil(columns / t.columns);
  if (fits(large) && count(large) >= BUSY) return large;
  const enough = count(middle) * Math.max(1, Math.floor(inner / (STEPS * middle.depth))) >= BUSY / 2;
  return rows > 32 && columns > 32 && fits(middle) && enough ? middle : small;
}

/** Into how many parts an inner axis is cut where there are so many workgroups without that. A part takes whole steps. */
export function cutInner(inner: number, groups: number, step: number): { readonly parts: number; readonly length: number } {
  const steps = Math.ceil(inner / step);
  const wanted = Math.min(MOST_PARTS, Math.ceil(BUSY / Math.max(1, groups)), Math.floor(steps / STEPS));
  const length = Math.ceil(steps / Math.max(1, wanted)) * step;
  return { parts: Math.max(1, Math.ceil(inner / Math.max(1, length))), length };
}
