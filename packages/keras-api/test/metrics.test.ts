// Metrics compared with Keras: running values over batches, weighted and not.
import { describe, expect, it } from "vitest";
import { type Metric, type MetricOptions, metrics } from "../src/index.ts";
import { expectClose, golden, load } from "./golden.ts";

const classes: Readonly<Record<string, new (options: MetricOptions) => Metric>> = {
  Accuracy: metrics.Accuracy,
  BinaryAccuracy: metrics.BinaryAccuracy,
  CategoricalAccuracy: metrics.CategoricalAccuracy,
  SparseCategoricalAccuracy: metrics.SparseCategoricalAccuracy,
  MeanSquaredError: metrics.MeanSquaredError,
};

describe("metrics give Keras's values", () => {
  golden.metrics.forEach((c, i) => {
    it(`${i}: ${c.class} ${JSON.stringify(c.options)}`, async () => {
      const make = (): Metric | InstanceType<typeof metrics.Mean> =>
        c.class === "Mean" ? metrics.mean() : new classes[c.class]!(c.options);
      const [plain, weighted] = [make(), make()];
      for (const { args, weight } of c.batches) {
        const [a, b] = args.map((x, k) => load(x, /^(Sparse|Accuracy)/.test(c.class) && k === 0 ? "int32" : "float32"));
        const given = load(weight);
        if (b) plain.updateState(a!, b);
        else (plain as InstanceType<typeof metrics.Mean>).updateState(a!);
        if (b) weighted.updateState(a!, b, given);
        else (weighted as InstanceType<typeof metrics.Mean>).updateState(a!, given);
      }
      expectClose(await plain.result().data(), [c.result]);
      expectClose(await weighted.result().data(), [c.weighted]);
      expect(plain.name).toBe(c.name);
      expect(plain.getConfig()).toEqual(c.config);
      plain.reset();
      expectClose(await plain.result().data(), [0]);
    });
  });
  it("names the known metrics", () => {
    expect(() => metrics.get("precise")).toThrow('no metric is called "precise". Known are accuracy, binary_accuracy');
  });
});
