// What the page of the conformance suite runs: told which cases, it says which fail.
import { createWebGpuBackend } from "@antler/backend-webgpu";
import { errorCases, opCases, testBackend } from "@antler/tensor-core/testing";

export interface Suite {
  readonly adapter: string;
  readonly names: readonly string[];
  readonly skipped: number;
  /** Runs the cases from one number to before another, and gives a line for each that fails. */
  run(from: number, to: number): Promise<readonly string[]>;
}
declare global {
  var openSuite: (part: number, of: number) => Promise<void>;
  var suite: Suite;
}

globalThis.openSuite = async (part, of) => {
  const adapter = await navigator.gpu.requestAdapter();
  const { vendor = "none", architecture, description } = adapter?.info ?? {};
  const dealt = <T>(list: readonly T[]): T[] => list.filter((_, i) => i % of === part);
  const { tests } = testBackend(await createWebGpuBackend(), { cases: dealt(opCases), errors: dealt(errorCases) });
  globalThis.suite = {
    adapter: [description, vendor, architecture].filter(Boolean).join(", "),
    names: tests.map((t) => t.name),
    skipped: tests.filter((t) => t.skipped).length,
    async run(from, to) {
      const failures: string[] = [];
      for (const t of tests.slice(from, to)) {
        await t.run().catch((error: unknown) => failures.push(`${t.name}: ${String(error)}`));
      }
      return failures;
    },
  };
};
