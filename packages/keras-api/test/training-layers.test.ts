// Training against Keras, of models whose layers keep statistics, draw noise or carry masks: equal losses and weights, step by step.
import { describe, expect, it } from "vitest";
import { modelFromJSON, optimizers } from "../src/index.ts";
import { expectNumbers, fixture, type Numbers, tensorOf, valuesOf } from "./oracle/fixture.ts";

interface TrainingCase {
  readonly name: string;
  readonly json: unknown;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly before: readonly Numbers[];
  readonly losses: readonly number[];
  readonly after: readonly Numbers[];
}

describe("training of Keras's models", () => {
  for (const c of fixture<TrainingCase>("training_layers").cases) {
    it(`${c.name} goes the same way`, async () => {
      const model = modelFromJSON(JSON.stringify(c.json));
      model.setWeights(c.before.map((n) => valuesOf(n) as never));
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05 }), loss: "mse" });
      const { history } = await model.fit(tensorOf(c.x), tensorOf(c.y), { batchSize: 2, epochs: 3, shuffle: false, verbose: 0 });
      c.losses.forEach((loss, i) => void expect(history["loss"]![i]).toBeCloseTo(loss, 5));
      // Six steps of rounding, each carried on by the next.
      for (const [i, w] of model.weights.entries()) await expectNumbers(w.value, c.after[i]!, { relative: 1e-4, absolute: 1e-5 }, w.name);
    });
  }
});
