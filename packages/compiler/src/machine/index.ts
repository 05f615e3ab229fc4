/**
 * @antler/compiler/machine: the scalar language in terms of what machines have. Functions become polynomials, numbers of 16 bits
 * float32 numbers that are rounded; a device that can print the few ops of `Code` can print every kernel.
 */
export * as code from "./code.ts";
export { type Code, isWide } from "./code.ts";
export type { Halves } from "./half.ts";
export { type FunctionTable, libm } from "./libm.ts";
export type { Functions } from "./libm32.ts";
export { float64 } from "./libm64.ts";
export { Selector } from "./select.ts";
