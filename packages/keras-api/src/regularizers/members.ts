/** The regularizers a name or a config can stand for. */
export { L1, L1L2, type L1L2Options, type L1Options, L2, type L2Options } from "./norms.ts";
export * from "./orthogonal.ts";
