/** Where an element comes from changes along an axis, as in a concatenation: sections of equal size, each without questions. */
import { type Axis, subIndex } from "./affine.ts";
import { asIndex } from "./element.ts";
import type { Expr } from "./kernel.ts";
import { commonDivisor } from "./size.ts";
import { topological } from "./walk.ts";
import { BUDGET } from "./weight.ts";

export interface Sections {
  /** Which of the loops is cut. */
  readonly at: number;
  readonly count: number;
  readonly width: number;
}
/** Shorter sections would be all beginnings and ends. */
const LEAST_WIDTH = 16;
const MOST_SECTIONS = 8;

/** The sections of the first loop that comparisons cut into some; undefined where none does. */
export function sectionsOf(expr: Expr, space: readonly Axis[]): Sections | undefined {
  const nodes = topological([expr]);
  const flips = nodes.flatMap((e) => flipOf(e) ?? []);
  for (const [at, axis] of space.entries()) {
    const { extent } = axis;
    if (typeof extent !== "number") continue;
    const inside = flips.filter((f) => f.axis === axis && f.place > 0 && f.place < extent);
    const width = inside.reduce((n, { place }) => commonDivisor(n, place), extent);
    const count = extent / width;
    if (count > 1 && count <= MOST_SECTIONS && width >= LEAST_WIDTH && count * nodes.length <= BUDGET) return { at, count, width };
  }
  return undefined;
}

/** The first place of a loop where a comparison has another answer than at the place before. */
function flipOf(e: Expr): { readonly axis: Axis; readonly place: number } | undefined {
  if (e.op !== "lt" && e.op !== "le") return undefined;
  const [left, right] = e.args.map(asIndex);
  if (!left || !right) return undefined;
  const { terms, constant } = subIndex(left, right);
  const [only] = terms;
  if (terms.length !== 1 || only!.atom.kind !== "axis" || typeof constant !== "number") return undefined;
  const { axis } = only!.atom;
  const equal = e.op === "le" ? 1 : 0;
  if (only!.by === 1) return { axis, place: equal - constant };
  return only!.by === -1 ? { axis, place: constant + 1 - equal } : undefined;
}
