/** Regularizers: a class and a factory each, and `get` to find one by name. */
import { L1, L1L2, type L1L2Options, type L1Options, L2, type L2Options } from "./norms.ts";
import { OrthogonalRegularizer, type OrthogonalRegularizerOptions } from "./orthogonal.ts";

export { deserialize, get, type RegularizerLike, serialize } from "./get.ts";
export * from "./members.ts";
export { Regularizer } from "./regularizer.ts";

/** `l1 · Σ |x|`. */
/* @__NO_SIDE_EFFECTS__ */
export const l1 = (options?: L1Options): L1 => new L1(options);
/** `l2 · Σ x²`. */
/* @__NO_SIDE_EFFECTS__ */
export const l2 = (options?: L2Options): L2 => new L2(options);
/** `l1 · Σ |x| + l2 · Σ x²`. */
/* @__NO_SIDE_EFFECTS__ */
export const l1L2 = (options?: L1L2Options): L1L2 => new L1L2(options);
/** The mean of |cosines| between the rows, or columns, of a matrix. */
/* @__NO_SIDE_EFFECTS__ */
export const orthogonalRegularizer = (options?: OrthogonalRegularizerOptions): OrthogonalRegularizer => new OrthogonalRegularizer(options);
