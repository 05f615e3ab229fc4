// Tests the counting: bytes of the ways to write, and steps without what an epoch costs anyway.
import { expect, it } from "vitest";
import { adapterLine, countsTable } from "../lib/gpu-tables.ts";
import type { RowResult } from "../lib/results.ts";
import { countSteps } from "./count-steps.ts";
import { meterGpu, written } from "./gpu-meter.ts";

it("counts bytes of writes as WebGPU does", () => {
  const floats = new Float32Array(10);
  expect(written([undefined, 0, floats])).toBe(40);
  expect(written([undefined, 0, floats, 2])).toBe(32);
  expect(written([undefined, 0, floats, 2, 3])).toBe(12);
  expect(written([undefined, 0, floats.buffer, 8])).toBe(32);
  expect(written([undefined, 0, floats.buffer, 8, 12])).toBe(12);
});

it("counts whoever calls, and the calls still happen", () => {
  const happened: string[] = [];
  const noting = (...names: string[]) => {
    const made = class {};
    for (const name of names) Object.assign(made.prototype, { [name]: () => void happened.push(name) });
    return made;
  };
  const page = {
    GPUComputePassEncoder: noting("dispatchWorkgroups", "dispatchWorkgroupsIndirect"),
    GPUDevice: noting("createComputePipeline", "createComputePipelineAsync", "createBuffer"),
    GPUQueue: noting("writeBuffer"),
    GPUBuffer: noting("mapAsync"),
  } as unknown as typeof globalThis;
  const meter = meterGpu(page);
  new page.GPUComputePassEncoder().dispatchWorkgroups(1);
  const device = new page.GPUDevice();
  device.createBuffer({ size: 8, usage: 0, mappedAtCreation: true });
  device.createBuffer({ size: 100, usage: 0 });
  new page.GPUQueue().writeBuffer(undefined as never, 0, new Uint8Array(3));
  const buffer = Object.assign(new page.GPUBuffer(), { size: 16 });
  void buffer.mapAsync(1);
  void buffer.mapAsync(1, 8);
  void buffer.mapAsync(2, 0, 4);
  expect(meter()).toEqual({ dispatches: 1, pipelines: 0, reads: 2, bytesRead: 24, bytesWritten: 8 + 3 + 4 });
  expect(happened).toHaveLength(7);
});

it("takes what an epoch costs out of its steps", async () => {
  const done = { dispatches: 0, pipelines: 0, reads: 0, bytesRead: 0, bytesWritten: 0, hostSteps: 0 };
  const epoch = async (steps: number): Promise<void> => {
    if (done.dispatches === 0) done.pipelines = 7;
    done.dispatches += 3 + 10 * steps;
    done.reads += 2;
    done.bytesRead += 8;
    done.bytesWritten += 100 * steps;
  };
  const counts = await countSteps(epoch, () => ({ ...done }));
  expect(counts).toMatchObject({ dispatches: 10, reads: 0, bytesRead: 0, bytesWritten: 100, hostSteps: 0, epochReads: 2 });
  expect(counts).toMatchObject({ firstPipelines: 7, laterPipelines: 0 });
});

it("shows counts, and which GPU", () => {
  const counts = {
    ...{ dispatches: 34, reads: 0, bytesRead: 0, bytesWritten: 118400.5 },
    ...{ firstPipelines: 46, laterPipelines: 0, epochReads: 2 },
  };
  const sides = [
    { name: "Antler", samples: [1], cpu: [], adapter: "some gpu", counts: { ...counts, hostSteps: 0 } },
    { name: "other", samples: [1], cpu: [], adapter: "some gpu", counts },
    { name: "CPU", samples: [1], cpu: [] },
  ];
  const row: RowResult = { id: "x", group: "webgpu", title: "x", unit: "ms", date: "", commit: "", sides };
  expect(adapterLine([row])).toBe("Adapter: some gpu.");
  expect(adapterLine([])).toBe("");
  const [head, ours, theirs, ...more] = countsTable([row]);
  expect(more).toEqual([]);
  expect(head).toHaveLength(9);
  expect(ours!.slice(1)).toEqual(["34", "46", "0", "118,400.5", "0", "0", "2", "0"]);
  expect(theirs!.at(-1)).toBe("");
  expect(countsTable([{ ...row, sides: [sides[2]!] }])).toEqual([]);
});
