/** @antler/compiler/print: programs, kernels and events as text. Kept apart, so that applications need not carry it. */
export { type DebugLevel, debugPrinter } from "./debug.ts";
export { printKernel } from "./kernel.ts";
export { printProgram } from "./program.ts";
