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
      export * as core from "@antler/tensor-core";
      export * as autodiff from "@antler/autodiff";
      export * as compiler from "@antler/compiler";
      export * as cpu from "@antler/backend-cpu";
    `,
    limit: 45 * KiB,
    meanwhile: 62.6 * KiB,
  },
];
