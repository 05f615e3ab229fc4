/** Shapes as Keras writes them, with null for what is not known yet. */
import { type Dim, isKnown, type Shape, symbol } from "@antler/tensor-core";

/** Sizes; null where one is known only when data comes. */
export type ShapeLike = readonly (Dim | null)[];

/** The first axis counts the rows of a batch; every other unknown size has a name of its own. */
export const toShape = (shape: ShapeLike): Shape => shape.map((d, axis) => d ?? symbol(axis === 0 ? "batch" : `axis${axis}`));

/** `(None, 8, 8, 1)`. */
export const showKerasShape = (shape: ShapeLike): string => `(${shape.map((d) => (d !== null && isKnown(d) ? d : "None")).join(", ")})`;
