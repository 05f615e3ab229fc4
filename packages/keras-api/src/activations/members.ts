/** The activation functions a name can stand for. */
export * from "./activations.ts";
export * from "./axes.ts";
export * from "./piecewise.ts";
