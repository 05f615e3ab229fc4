// How the tests run: every package, on the Node that the workspace brings along.
import { defineConfig, type ViteUserConfig } from "vitest/config";

/** What needs drivers for WebGPU, or Chromium. */
const machines = ["packages/backend-webgpu/**/*.test.ts", "tests/packed/*.test.ts", "tests/webgpu/*.test.ts"];
// Tests have module graphs of their own, in which the debug printer must be found.
const printer = process.env["ANTLER_DEBUG"] ? ["scripts/lib/printer.ts"] : [];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "all else",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/*/test/**/*.test.ts",
            "examples/*/**/*.test.ts",
            "benchmarks/**/*.test.ts",
            "tests/*/*.test.ts",
          ],
          exclude: ["**/node_modules/**", ...machines],
          setupFiles: printer,
          pool: "threads",
        },
      },
      {
        extends: true,
        test: {
          name: "machines",
          include: machines,
          globalSetup: ["scripts/lib/gpu-machine.ts"],
          setupFiles: ["scripts/lib/gpu-process.ts", ...printer],
          // A driver reads the environment of its process, which threads cannot change; and it takes the process along if it fails.
          pool: "forks",
        },
      },
    ],
    // Tests are arithmetic: more workers than small machines have cores only makes their timings noisy.
    maxWorkers: 2,
    // Some tests interpret whole trainings: a busy machine may take its time.
    testTimeout: 30_000,
    passWithNoTests: true,
  },
});

export default config;
