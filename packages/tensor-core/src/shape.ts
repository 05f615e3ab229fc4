/** Shapes whose sizes may be unknown. Everything that looks at a size goes through the helpers here. */
import { type Dim, isKnown, type Shape, type Sym, showDim, showShape, symbol } from "./dim.ts";
import { ShapeError, UnknownSizeError } from "./errors.ts";

export { type Dim, isKnown, type Shape, type Sym, showDim, showShape, symbol } from "./dim.ts";

/** The numbers symbols stand for in one run. */
export type Bindings = ReadonlyMap<string, number>;

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every(isKnown);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** Refuses sizes that are no counts. */
export function checkSizes(op: string, shape: Shape): void {
  if (shape.some((d) => isKnown(d) && !(Number.isSafeInteger(d) && d >= 0))) throw new ShapeError(op, `${showShape(shape)} is no shape`);
}

/** The number, or an UnknownSizeError that says which op needed it. */
export function known(op: string, d: Dim): number {
  if (isKnown(d)) return d;
  throw new UnknownSizeError(op, `needs a known size, got ${showDim(d)}`);
}
export const knownShape = (op: string, shape: Shape): readonly number[] => shape.map((d) => known(op, d));

export const addDim = (d: Dim, n: number): Dim => (isKnown(d) ? d + n : n === 0 ? d : symbol(d.name, d.factor, d.offset + n));

export function mulDim(op: string, a: Dim, b: Dim): Dim {
  if (isKnown(a) && isKnown(b)) return a * b;
  if (isKnown(b)) return b === 0 ? 0 : b === 1 ? a : scale(a as Sym, b);
  return isKnown(a) ? mulDim(op, b, a) : known(op, a);
}
const scale = (s: Sym, n: number): Sym => symbol(s.name, s.factor * n, s.offset * n);

/** The sum of two sizes, for joining along an axis. */
export function sumDims(op: string, a: Dim, b: Dim): Dim {
  if (isKnown(b)) return addDim(a, b);
  if (isKnown(a)) return addDim(b, a);
  if (a.name === b.name) return symbol(a.name, a.factor + b.factor, a.offset + b.offset);
  return known(op, a);
}

/** `floor(d / n)`: exact for symbols whose parts `n` divides. */
export function floorDivDim(op: string, d: Dim, n: number): Dim {
  if (isKnown(d)) return Math.floor(d / n);
  if (n === 1) return d;
  return d.factor % n === 0 ? symbol(d.name, d.factor / n, Math.floor(d.offset / n)) : known(op, d);
}

/** The number of elements; symbolic when one size is. */
export const sizeOf = (op: string, shape: Shape): Dim => shape.reduce((a, b) => mulDim(op, a, b), 1);
/** The number of elements of a shape of numbers. */
export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Whether two shapes surely hold equally many elements: equal symbols cancel. */
export function sameSize(op: string, a: Shape, b: Shape): boolean {
  const rest = [...b];
  const left = a.filter((d) => {
    const at = isKnown(d) ? -1 : rest.indexOf(d);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return sizeOf(op, left) === sizeOf(op, rest);
}

/** What a size is in a run. */
export const bindDim = (d: Dim, bound: Bindings): number => {
  if (isKnown(d)) return d;
  const n = bound.get(d.name);
  if (n === undefined) throw new UnknownSizeError("run", `no input tells the size ${d.name}`);
  return n * d.factor + d.offset;
};
export const bindShape = (shape: Shape, bound: Bindings): number[] => shape.map((d) => bindDim(d, bound));

/** Learns symbols from an actual shape; false where it cannot be this shape. */
export function matchShape(shape: Shape, actual: readonly number[], bound: Map<string, number>): boolean {
  if (shape.length !== actual.length) return false;
  return shape.every((d, i) => {
    const n = actual[i]!;
    if (isKnown(d)) return d === n;
    const value = (n - d.offset) / d.factor;
    const before = bound.get(d.name);
    bound.set(d.name, value);
    return Number.isInteger(value) && value >= 0 && (before ?? value) === value;
  });
}

/** NumPy's broadcasting. An unknown size is taken to be other than 1; two different unknown sizes are an error. */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let d: Dim = 1;
    for (const shape of shapes) {
      const at = i - (rank - shape.length);
      const other = at < 0 ? 1 : shape[at]!;
      if (d === other || other === 1) continue;
      if (d !== 1) {
        known(op, d);
        known(op, other);
        throw new ShapeError(op, `sizes ${showDim(d)} and ${showDim(other)} at axis ${i - rank} do not broadcast`, {
          got: shapes.map((s) => ({ shape: s })),
        });
      }
      d = other;
    }
    return d;
  });
}

/** Axes as numbers from 0, sorted, each once; all of them for `undefined`. */
export function normalizeAxes(op: string, axis: number | readonly number[] | undefined, rank: number): readonly number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxis(op, a, rank));
  if (new Set(axes).size < axes.length) throw new ShapeError(op, `names an axis twice in [${axes.join(", ")}]`);
  return axes.sort((a, b) => a - b);
}
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(op, `axis ${axis} is outside a tensor of rank ${rank}`, {
      hint: rank ? `Axes go from ${-rank} to ${rank - 1}.` : "A scalar has no axes.",
    });
  }
  return axis < 0 ? axis + rank : axis;
}
