// Size budgets: what a user writes, and the most it may weigh: bundled, minified and compressed with gzip -9.

export interface Budget {
  readonly name: string;
  /** The module a user would write. */
  readonly code: string;
  /** Bytes: the bar. */
  readonly limit: number;
  /** Where the bar is not reached yet: what it may weigh meanwhile. Lower it with the size; never raise it. */
  readonly meanwhile?: number;
}

const KiB = 1024;

/**
 * The ops the engine is weighed with, by their file in tensor-core: those that its first models need, besides the primitives.
 * Others weigh nothing for who does not import them, and must not make the engine look heavier with each that is added.
 */
export const engineOps: readonly string[] = ["arrays", "conv", "matmul", "nn", "pool", "window"];

/** What `size.ts` writes beside the core's index: the same without further ops. */
export const engineEntry = "node_modules/@antler/tensor-core/dist/engine.js";

export const budgets: readonly Budget[] = [
  {
    // The price of the first op: if this grows, something is registered globally that should be imported.
    name: "one op (add)",
    code: `export { add } from "@antler/tensor-core";`,
    limit: 4 * KiB,
  },
  {
    name: "core + autodiff + compiler + backend-cpu",
    code: `
      export * as core from "./${engineEntry}";
      export * as autodiff from "@antler/autodiff";
      export * as compiler from "@antler/compiler";
      export * as cpu from "@antler/backend-cpu";
    `,
    limit: 45 * KiB,
    meanwhile: 63.25 * KiB,
  },
];
