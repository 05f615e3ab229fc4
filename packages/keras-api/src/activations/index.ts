/** Activation functions, and `get` to find one by name. */
export { silu as swish } from "./activations.ts";
export { type ActivationLike, deserialize, get, serialize } from "./get.ts";
export * from "./members.ts";
export { hardSilu as hardSwish } from "./piecewise.ts";
