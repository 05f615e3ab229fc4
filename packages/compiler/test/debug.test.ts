// The debug printer: what each level tells, and how it is found.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { usePrinter } from "../src/index.ts";
import * as printer from "../src/print/index.ts";
import { strictBackend } from "../src/testing/index.ts";

usePrinter(printer);
afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

async function said(level: printer.DebugLevel): Promise<string> {
  await tf.setBackend(strictBackend());
  const lines: string[] = [];
  const stop = printer.debugPrinter(level, (m) => lines.push(m));
  const x = tf.tensor([1, 2, 3]);
  const y = tf.func((t: tf.Tensor) => tf.exp(t), { name: "grow" })(x);
  await y.data();
  stop();
  tf.dispose([x, y]);
  return lines.join("\n");
}

test("timings, kernels, graphs, programs", async () => {
  const [one, two, three, four] = [await said(1), await said(2), await said(3), await said(4)];
  expect(one).toMatch(/antler: traced grow, time 1, in [\d.]+ ms\nantler: strict compiled 1 nodes, 1 new kernels, in [\d.]+ ms$/);
  expect(two).toContain("strict kernel exp");
  expect(two).toContain("strict read 12 bytes");
  expect(three).toContain("%1: float32[3] = exp(%0)");
  expect(three).not.toContain("for i0 < 3");
  expect(four).toContain("for i0 < 3");
});

test("Node finds the printer by itself, for ANTLER_DEBUG and for print()", () => {
  const code = `
    import * as tf from "@antler/tensor-core";
    import { strictBackend } from "@antler/compiler/testing";
    console.error = console.log;
    const backend = await tf.setBackend(strictBackend());
    const f = tf.func((x) => tf.exp(x), { name: "grow" });
    console.log(backend.compile(f.graph(tf.zeros([3]))).print());
  `;
  const options = {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ANTLER_DEBUG: "1" },
    encoding: "utf8",
  } as const;
  const said = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", code], options);
  expect(said).toContain("antler: traced grow, time 1");
  expect(said).toContain("for i0 < 3");
});
