// Times of kernels, as events.
import { type AntlerEvent, exp, onEvent, setBackend, sum, tensor } from "@antler/tensor-core";
import { expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

it("tells the name, bytes and time of each kernel that ran", async () => {
  const backend = await createWebGpuBackend({ profile: true });
  await setBackend(backend);
  const heard: Extract<AntlerEvent, { kind: "time" }>[] = [];
  const stop = onEvent((e) => {
    if (e.kind === "time") heard.push(e);
  });
  const x = tensor(new Float32Array(1000).fill(0.5));
  await sum(exp(x)).data();
  await backend.finished!();
  await expect.poll(() => heard.length).toBeGreaterThanOrEqual(2);
  stop();
  const names = heard.map((e) => e.name);
  expect(names).toContain("exp");
  expect(names).toContain("sum");
  expect(heard.find((e) => e.name === "exp")!.bytes).toBe(2 * 4000);
  expect(heard.every((e) => e.ms >= 0 && e.ms < 1000)).toBe(true);
});
