/** Plain arrays of float64 beside their shape: what expected values are computed of, by code that knows nothing of the ops. */

export interface Host {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
/** An expected result. `scale` is Σ|terms| behind each element, the size that rounding errors are relative to; |data| when absent. */
export interface Expected extends Host {
  readonly scale?: readonly number[];
}

export const sizeOfShape = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Every index of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const n = sizeOfShape(shape);
  for (let flat = 0; flat < n; flat++) {
    const at: number[] = [];
    for (let k = shape.length - 1, rest = flat; k >= 0; k--) {
      at.unshift(rest % shape[k]!);
      rest = Math.floor(rest / shape[k]!);
    }
    yield at;
  }
}

/** The element at an index. */
export function get(x: Host, index: readonly number[]): number {
  let flat = 0;
  for (let k = 0; k < x.shape.length; k++) {
    if (index[k]! < 0 || index[k]! >= x.shape[k]!) throw new Error(`test: [${index.join()}] is outside [${x.shape.join()}]`);
    flat = flat * x.shape[k]! + index[k]!;
  }
  return x.data[flat]!;
}

/** A result whose elements are a function of their index. */
export const build = (shape: readonly number[], element: (index: readonly number[]) => number): Expected => ({
  shape,
  data: [...indices(shape)].map(element),
});
/** As `build`, for sums: the terms of each element, whose magnitudes make the scale. */
export function buildSums(shape: readonly number[], terms: (index: readonly number[]) => readonly number[]): Expected {
  const all = [...indices(shape)].map(terms);
  return { shape, data: all.map(total), scale: all.map((t) => total(t.map(Math.abs))) };
}
export const total = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);

/** NumPy's broadcasting of shapes. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, k) => shapes.reduce((d, s) => (d !== 1 ? d : (s[k - rank + s.length] ?? 1)), 1));
}
/** The element a broadcast array shows at an index of the larger shape. */
export const getBroadcast = (x: Host, index: readonly number[]): number =>
  get(
    x,
    x.shape.map((d, k) => (d === 1 ? 0 : index[k + index.length - x.shape.length]!)),
  );

/** Elementwise over broadcast inputs. */
export const mapped =
  (f: (...x: number[]) => number, scale?: (...x: number[]) => number) =>
  (...inputs: readonly Host[]): Expected => {
    const shape = broadcast(inputs.map((x) => x.shape));
    const at = [...indices(shape)].map((i) => inputs.map((x) => getBroadcast(x, i)));
    return { shape, data: at.map((x) => f(...x)), ...(scale && { scale: at.map((x) => scale(...x)) }) };
  };

/** A reduction: `f` gets the elements along the axes, in order. */
export function reduced(
  x: Host,
  axis: number | readonly number[] | undefined,
  f: (values: readonly number[]) => number,
  keep = false,
  scale?: (values: readonly number[]) => number,
): Expected {
  const rank = x.shape.length;
  const axes = axis === undefined ? x.shape.map((_, k) => k) : [axis].flat().map((a) => (a < 0 ? a + rank : a));
  const inner = axes.map((a) => x.shape[a]!);
  const kept = x.shape.map((d, k) => (axes.includes(k) ? 1 : d));
  const groups = [...indices(kept)].map((outer) =>
    [...indices(inner)].map((i) =>
      get(
        x,
        outer.map((o, k) => (axes.includes(k) ? i[axes.indexOf(k)]! : o)),
      ),
    ),
  );
  return {
    shape: keep ? kept : x.shape.filter((_, k) => !axes.includes(k)),
    data: groups.map(f),
    ...(scale && { scale: groups.map(scale) }),
  };
}
