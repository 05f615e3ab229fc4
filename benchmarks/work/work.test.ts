// Tests the computations without any peer: Antler does each small one, and what is sent and compared is right.
import { describe, expect, it } from "vitest";
import { antler } from "../antler/peer.ts";
import { awkwardSizes, usualSizes, work } from "../antler/sizes.ts";
import { trainingSets } from "../keras/data.ts";
import { block, float, integer } from "../onnxruntime/protobuf.ts";
import { rows, rowsNamed } from "../rows/index.ts";
import { filterFirst, imageFirst, imageLast, samePadding } from "./channels-first.ts";
import { timeRound } from "./clock.ts";
import { computations, TRAIN, workOf } from "./index.ts";
import { distance, excerpt, inputValues, sizeOf, weightValues } from "./values.ts";
import { weightShapes } from "./vocabulary.ts";

describe("rows", () => {
  it("have names of their own, and work that exists", () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const asked = rows.flatMap(({ sides }) => sides.flatMap(({ page }) => page?.work ?? []));
    const known = ["mlp", ...Object.keys(trainingSets).map((model) => `${TRAIN}${model}`), ...Object.keys(computations)];
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });
  it("are found by id, group and beginning", () => {
    expect(rowsNamed("cnn").map(({ id }) => id)).toEqual(["cnn"]);
    expect(rowsNamed("training")).toHaveLength(Object.keys(trainingSets).length);
    expect(rowsNamed("matmul").length).toBeGreaterThan(3);
    expect(() => rowsNamed("nothing")).toThrow("expected one of");
  });
});

describe("computations", () => {
  it.each(Object.keys(computations))("%s: each constant has a shape and numbers", (name) => {
    const computation = computations[name]!;
    const shapes = weightShapes(computation);
    if (name === "resnet-1") expect(shapes.map(sizeOf).reduce((a, b) => a + b)).toBeGreaterThan(11e6);
    if (name === "mobilenet-1") expect(shapes.map(sizeOf).reduce((a, b) => a + b)).toBeGreaterThan(4e6);
    if (!name.startsWith("resnet")) expect(weightValues(computation).map(({ data }) => data.length)).toEqual(shapes.map(sizeOf));
  });

  it("are done by a peer: Antler multiplies matrices as their definition does", async () => {
    const peer = await antler({ threads: 1 });
    const piece = await workOf(peer, "matmul-wide");
    const [a, b] = inputValues(computations["matmul-wide"]!);
    const product = (i: number, j: number): number => {
      let sum = 0;
      for (let k = 0; k < 784; k++) sum += a!.data[i * 784 + k]! * b!.data[k * 128 + j]!;
      return sum;
    };
    const expected = Array.from({ length: 32 * 128 }, (_, at) => product(Math.floor(at / 128), at % 128));
    // Rounding: at most 784 terms of at most 1, each off by one unit in the last place of their sum.
    expect(distance(expected, Array.from(await piece.output()))).toBeLessThan(784 * 2 ** -23);
    expect(await timeRound(piece, 2)).toBeGreaterThan(0);
    await expect(workOf(peer, "nothing")).rejects.toThrow("no work called nothing");
  });
});

it("trains models in pages: from the benchmark's weights, in the sizes for pages", async () => {
  const peer = await antler({ threads: 1 });
  const training = await workOf(peer, `${TRAIN}separable-cnn`);
  await training.epoch!(1);
  await training.run();
  const losses = Array.from(await training.output());
  expect(losses).toHaveLength(5);
  expect(losses.every((loss) => loss > 0 && loss < 10)).toBe(true);
  await expect(workOf({ version: "", compute: peer.compute }, `${TRAIN}mlp`)).rejects.toThrow("no work called train-mlp");
});

describe("values", () => {
  it("are compared by an excerpt that sees all columns", () => {
    const data = Float32Array.from({ length: 100_000 }, (_, i) => i);
    const seen = excerpt(data);
    expect(seen.length).toBeLessThan(600);
    expect(new Set(seen.map((i) => i % 100)).size).toBe(100);
    expect(distance(seen, seen)).toBe(0);
    expect(distance([1, 2], [1, 2.2])).toBeCloseTo(0.2 / 2.2, 12);
    expect(distance([1], [1, 2])).toBeNaN();
  });
  it("change their layout and back", () => {
    const image = { shape: [2, 3, 4, 5], data: Float32Array.from({ length: 120 }, (_, i) => i) };
    const first = imageFirst(image);
    expect(first.shape).toEqual([2, 5, 3, 4]);
    expect(first.data[1]).toBe(5);
    expect(imageLast(first)).toEqual(image);
    expect(filterFirst({ shape: [3, 3, 8, 16], data: new Float32Array(1152) }).shape).toEqual([16, 8, 3, 3]);
    expect(filterFirst({ shape: [3, 3, 8, 1], data: new Float32Array(72) }).shape).toEqual([8, 1, 3, 3]);
  });
  it("are padded as TensorFlow pads", () => {
    expect(samePadding(32, 3, 2)).toEqual([0, 1]);
    expect(samePadding(33, 3, 2)).toEqual([1, 1]);
    expect(samePadding(7, 1, 1)).toEqual([0, 0]);
  });
});

it("counts the work of models, at awkward sizes too", () => {
  expect(work("mlp", usualSizes("mlp"))).toBe(784 * 512 + 512 * 512 + 512 * 10);
  expect(work("cnn", usualSizes("cnn"))).toBe(26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 1600 * 128 + 1280);
  for (const [model, list] of Object.entries(awkwardSizes)) {
    for (const changed of list) {
      const sizes = { ...usualSizes(model as "mlp"), ...changed };
      expect(sizes.batch * work(model as "mlp", sizes), model).toBeGreaterThan(0);
    }
  }
});

it("writes protocol buffers", () => {
  expect([...integer(1, 300)]).toEqual([8, 172, 2]);
  expect([...integer(3, -1)]).toEqual([24, ...Array<number>(9).fill(255), 1]);
  expect([...float(2, 1)]).toEqual([21, 0, 0, 128, 63]);
  expect([...block(4, [block(1, "ab"), integer(2, 1)])]).toEqual([34, 6, 10, 2, 97, 98, 16, 1]);
});
