// Losses compared with Keras: values, reductions, weights and gradients.
import { GradientTape } from "@antler/autodiff";
import type { Tensor } from "@antler/tensor-core";
import { describe, expect, it, vi } from "vitest";
import { activations, type Loss, type LossOptions, losses } from "../src/index.ts";
import { expectClose, golden, load } from "./golden.ts";

const classes: Readonly<Record<string, new (options: LossOptions) => Loss>> = {
  MeanSquaredError: losses.MeanSquaredError,
  BinaryCrossentropy: losses.BinaryCrossentropy,
  CategoricalCrossentropy: losses.CategoricalCrossentropy,
  SparseCategoricalCrossentropy: losses.SparseCategoricalCrossentropy,
};
const camel = (options: Readonly<Record<string, unknown>>): LossOptions =>
  Object.fromEntries(Object.entries(options).map(([k, v]) => [k.replace(/_(.)/g, (_, c: string) => c.toUpperCase()), v]));

describe("losses give Keras's values and gradients", () => {
  golden.losses.forEach((c, i) => {
    it(`${i}: ${c.class} ${JSON.stringify(c.options)}${c.activation ? ` of ${c.activation}` : ""}`, async () => {
      const yTrue = load(c.y_true, c.class.startsWith("Sparse") ? "int32" : "float32");
      for (const reduction of ["sum_over_batch_size", "sum", "none"] as const) {
        const loss = new classes[c.class]!({ ...camel(c.options), reduction });
        const x = load(c.y_pred);
        const tape = new GradientTape();
        const value: Tensor = tape.run(() => {
          tape.watch(x);
          return loss.apply(yTrue, c.activation ? activations[c.activation](x) : x);
        });
        expect(value.shape).toEqual(c[reduction].value.shape);
        expectClose(await value.data(), c[reduction].value.data);
        expectClose(await tape.gradient(value, x).data(), c[reduction].gradient.data, 1e-4);
      }
      if (!c.weighted) return;
      const weighted = new classes[c.class]!(camel(c.options)).apply(yTrue, load(c.y_pred), load({ shape: [4], data: [0.5, 1, 0, 2] }));
      expectClose(await weighted.data(), c.weighted.data);
    });
  });
});

describe("errors and warnings", () => {
  it("says which loss suits the labels", () => {
    const [sparse, dense] = [load({ shape: [2], data: [0, 1] }), load({ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] })];
    expect(() => losses.categoricalCrossentropy().apply(sparse, dense)).toThrow(
      'categorical_crossentropy: labels and predictions must have the same shape. Got f32[2] and f32[2, 3]. Integer labels go with "sparse_categorical_crossentropy".',
    );
    expect(() => losses.sparseCategoricalCrossentropy().apply(dense, dense)).toThrow('One-hot labels go with "categorical_crossentropy".');
  });
  it("names the known losses", () => {
    expect(() => losses.get("mea")).toThrow('no loss is called "mea". Known are bce, binary_crossentropy, categorical_crossentropy');
  });
  it("takes Keras's and camelCase names", () => {
    for (const name of ["sparse_categorical_crossentropy", "sparseCategoricalCrossentropy", "SparseCategoricalCrossentropy"]) {
      expect(losses.get(name)).toBeInstanceOf(losses.SparseCategoricalCrossentropy);
    }
    expect(losses.get("MSE").name).toBe("mean_squared_error");
  });
  it("warns of logits that are probabilities", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const x = load({ shape: [1, 2], data: [1, 2] });
    losses.binaryCrossentropy({ fromLogits: true }).apply(x, activations.sigmoid(x));
    expect(warn.mock.calls[0]![0]).toContain("fromLogits is true, but the predictions come from a softmax or sigmoid");
    warn.mockRestore();
  });
});
