/** Shapes as Keras writes them, with null for what is not known yet. */
import { type Dim, isKnown, type Shape, symbol } from "@antler/tensor-core";

/** Sizes; null where one is known only when data comes. */
export type ShapeLike = readonly (Dim | null)[];

/**
 * The first axis counts the rows of a batch; every other unknown size has a name of its own.
 * @param owner whose sizes they are, where they may differ from another's
 */
export const toShape = (shape: ShapeLike, owner = ""): Shape =>
  shape.map((d, axis) => d ?? symbol(axis === 0 ? "batch" : `${owner && `${owner}_`}axis${axis}`));

const isShape = (x: unknown): x is ShapeLike =>
  Array.isArray(x) && x.every((d) => d === null || typeof d === "number" || (typeof d === "object" && "factor" in d));

/** A shape, or the shapes of a nest, each replaced; nulls are named. */
export const toShapes = (nest: unknown, fn: (shape: Shape) => unknown): unknown => {
  if (isShape(nest)) return fn(toShape(nest));
  if (Array.isArray(nest)) return nest.map((s) => toShapes(s, fn));
  return Object.fromEntries(Object.entries(nest as object).map(([k, s]) => [k, toShapes(s, fn)]));
};

/** `(None, 8, 8, 1)`. */
export const showKerasShape = (shape: ShapeLike): string => `(${shape.map((d) => (d !== null && isKnown(d) ? d : "None")).join(", ")})`;
