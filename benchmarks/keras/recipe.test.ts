// Tests that TypeScript and Python start from the same numbers: both compare with expected.json.
import { describe, expect, it } from "vitest";
import { checksum, dataSeed, type ModelName, randomBits, trainingData, trainingSets } from "./data.ts";
import expected from "./expected.json" with { type: "json" };
import { initialWeights } from "./weights.ts";

const models = Object.keys(trainingSets) as ModelName[];

describe("the benchmark's recipe", () => {
  it("draws the expected random bits", () => {
    const bits = randomBits(dataSeed);
    const values = Uint32Array.from({ length: 1000 }, () => bits());
    expect(values[0]).toBe(expected.randomBits.first);
    expect(checksum(values)).toBe(expected.randomBits.checksum);
  });

  it.each(models)("makes the expected data for %s", (model) => {
    const { images, labels, count } = trainingData(model, 2);
    expect(count).toBe(2 * trainingSets[model].batchSize);
    expect({
      first1000: checksum(images.subarray(0, 1000)),
      images: checksum(images),
      labels: checksum(labels),
    }).toEqual(expected.data[model]);
  });

  it.each(models)("makes the expected weights for %s", (model) => {
    const sums = initialWeights(model).map(({ name, values }) => [name, checksum(values)]);
    expect(Object.fromEntries(sums)).toEqual(expected.weights[model]);
  });
});
