// What the page runs: told which cases of the conformance suite, or how many random graphs, it says which fail.
import { createWebGpuBackend } from "@antler/backend-webgpu";
import { errorCases, fuzz, opCases, testBackend } from "@antler/tensor-core/testing";

export interface Suite {
  readonly adapter: string;
  readonly names: readonly string[];
  readonly skipped: number;
  /** Runs the cases from one number to before another, and gives a line for each that fails. */
  run(from: number, to: number): Promise<readonly string[]>;
}
export interface Fuzzed {
  readonly adapter: string;
  readonly ran: number;
  /** The graphs that fail, as text. */
  readonly failures: readonly string[];
}
declare global {
  var openSuite: (part: number, of: number) => Promise<void>;
  var suite: Suite;
  var fuzzGraphs: (seed: number, count: number) => Promise<Fuzzed>;
}

async function nameOfAdapter(): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter();
  const { vendor = "none", architecture, description } = adapter?.info ?? {};
  return [description, vendor, architecture].filter(Boolean).join(", ");
}

globalThis.fuzzGraphs = async (seed, count) => {
  const { failures, ran } = await fuzz({ backend: await createWebGpuBackend(), seed, count, maxNodes: 30 });
  return { adapter: await nameOfAdapter(), ran, failures: failures.map(({ text }) => text) };
};

globalThis.openSuite = async (part, of) => {
  const dealt = <T>(list: readonly T[]): T[] => list.filter((_, i) => i % of === part);
  const { tests } = testBackend(await createWebGpuBackend(), { cases: dealt(opCases), errors: dealt(errorCases) });
  globalThis.suite = {
    adapter: await nameOfAdapter(),
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
