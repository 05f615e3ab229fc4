// The debug printer: what each level tells.
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { type DebugLevel, debugPrinter } from "../src/index.ts";
import { strictBackend } from "../src/testing/index.ts";

afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

async function said(level: DebugLevel): Promise<string> {
  await tf.setBackend(strictBackend());
  const lines: string[] = [];
  const stop = debugPrinter(level, (m) => lines.push(m));
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
