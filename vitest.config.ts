// How the tests run: every package, on the Node that the workspace brings along.
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "examples/*/**/*.test.ts",
      "benchmarks/**/*.test.ts",
      "tests/*/*.test.ts",
    ],
    // Tests have module graphs of their own, in which the debug printer must be found.
    setupFiles: process.env["ANTLER_DEBUG"] ? ["scripts/lib/printer.ts"] : [],
    pool: "threads",
    // Tests are arithmetic: more workers than small machines have cores only makes their timings noisy.
    maxWorkers: 2,
    // Some tests interpret whole trainings: a busy machine may take its time.
    testTimeout: 30_000,
    passWithNoTests: true,
  },
});

export default config;
