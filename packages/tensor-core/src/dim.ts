/** One size of a shape: a number, or a symbol for a number known at run time. */

/** A size known only at run time: `factor × the number called name + offset`. Made by `symbol()`; equal symbols are one object. */
export interface Sym {
  readonly name: string;
  readonly factor: number;
  readonly offset: number;
}
export type Dim = number | Sym;
export type Shape = readonly Dim[];
const symbols = new Map<string, Sym>();

/** The one `Sym` of that name, factor and offset. */
export function symbol(name: string, factor = 1, offset = 0): Sym {
  const key = `${name}*${factor}+${offset}`;
  let s = symbols.get(key);
  if (!s) symbols.set(key, (s = Object.freeze({ name, factor, offset })));
  return s;
}

export const isKnown = (d: Dim): d is number => typeof d === "number";

export const showDim = (d: Dim): string =>
  isKnown(d) ? `${d}` : (d.factor === 1 ? "" : `${d.factor}*`) + d.name + (d.offset ? (d.offset > 0 ? "+" : "") + d.offset : "");
export const showShape = (shape: Shape): string => `[${shape.map(showDim).join(", ")}]`;
