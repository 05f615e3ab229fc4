// Training on WebGPU: the CPU's loss curve, one read an epoch, and no work on the host.
import { createCpuBackend } from "@antler/backend-cpu";
import { referenceBackend, setBackend } from "@antler/tensor-core";
import { afterAll, describe, expect, test } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";
import { BATCH, EPOCHS, tasks, train } from "./training.ts";

afterAll(async () => void (await setBackend(referenceBackend())));

const EPSILON = 2 ** -23;

describe.each(Object.keys(tasks))("%s", (name) => {
  test("learns as on the CPU, and asks nothing of the host", { timeout: 300_000 }, async () => {
    const task = tasks[name]!;
    const cpu = await train(createCpuBackend(), task);
    const { weights } = cpu;
    const exact = await train(createCpuBackend(), task, { dtype: "float64", weights });
    const gpu = await train(await createWebGpuBackend(), task, { weights });

    // How far the CPU's float32 has strayed from float64 so far shows how much training makes of a rounding error. A GPU makes as
    // many, elsewhere, hence 8 times that; and it adds up the losses of all samples in another order.
    const samples = task.y.length;
    let strayed = 0;
    cpu.losses.forEach((loss, i) => {
      strayed = Math.max(strayed, Math.abs(loss - exact.losses[i]!));
      expect(Math.abs(gpu.losses[i]! - loss)).toBeLessThanOrEqual(8 * strayed + samples * EPSILON * loss);
    });
    expect(gpu.losses.at(-1)!).toBeLessThan(gpu.losses[0]!);

    const steps = Array.from({ length: Math.ceil(samples / BATCH) }, () => "step");
    // No step works on the host. The one read is of the epoch's loss, for its logs.
    expect(gpu.epochs).toEqual(Array.from({ length: EPOCHS }, () => [...steps, "read"]));
  });
});
