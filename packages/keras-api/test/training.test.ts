// Training compared with Keras: the same weights, data and order give the same history, weights and predictions.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clearSession, input, layers, type Optimizer, optimizers, type Sequential, sequential } from "../src/index.ts";
import { expectClose, golden, load, scriptHash } from "./golden.ts";

const { dense } = layers;
const models: Readonly<Record<string, () => Sequential>> = {
  mlp: () => sequential([input({ shape: [4] }), dense({ units: 8, activation: "tanh" }), dense({ units: 3, activation: "softmax" })]),
  cnn: () =>
    sequential([
      layers.conv2d({ filters: 2, kernelSize: [3, 3], activation: "relu", inputShape: [6, 6, 1] }),
      layers.maxPooling2d(),
      layers.flatten(),
      dense({ units: 3 }),
      layers.activation({ activation: "softmax" }),
    ]),
  regressor: () => sequential([dense({ units: 5, activation: "relu", inputShape: [4] }), dense({ units: 1 })]),
  classifier: () => sequential([dense({ units: 5, activation: "relu", inputShape: [4] }), dense({ units: 1, activation: "sigmoid" })]),
};
const rules: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => optimizers.sgd({ learningRate: 0.1 }),
  sgd_momentum: () => optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
  sgd_nesterov: () => optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  adam: () => optimizers.adam({ learningRate: 0.01 }),
  adam_amsgrad: () => optimizers.adam({ learningRate: 0.01, amsgrad: true }),
  adam_decay_clipped: () => optimizers.adam({ learningRate: 0.01, weightDecay: 0.02, globalClipnorm: 0.5 }),
  sgd_clipnorm: () => optimizers.sgd({ learningRate: 0.1, clipnorm: 0.2 }),
  sgd_clipvalue: () => optimizers.sgd({ learningRate: 0.1, clipvalue: 0.05 }),
};

beforeEach(() => {
  clearSession();
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

it("the golden numbers are of the script beside them", () => {
  expect(golden.script).toBe(scriptHash);
});

describe("fit, evaluate and predict give Keras's numbers", () => {
  for (const c of golden.training) {
    it(`${c.model}, ${c.loss}, ${c.optimizer}`, async () => {
      const model = models[c.model]!();
      model.setWeights(c.before.map((w) => load(w)));
      model.compile({ optimizer: rules[c.optimizer]!(), loss: c.loss, metrics: [...c.metrics] });
      const [x, y] = [load(c.x), load(c.y, c.loss.startsWith("sparse") ? "int32" : "float32")];
      const { history, epoch } = await model.fit(x, y, { batchSize: c.batch_size, epochs: c.epochs, shuffle: false, verbose: 0 });
      expect(epoch).toEqual(Array.from({ length: c.epochs }, (_, i) => i));
      expect(Object.keys(history)).toEqual(Object.keys(c.history));
      for (const [name, values] of Object.entries(c.history)) expectClose(history[name]!, values, 1e-4, 1e-5);
      expect(model.weights.map((v) => v.shape)).toEqual(c.after.map((w) => w.shape));
      for (const [i, w] of model.getWeights().entries()) expectClose(await w.data(), c.after[i]!.data, 1e-4, 1e-5);
      expectClose(await model.evaluate(x, y, { batchSize: c.batch_size, verbose: 0 }), c.evaluate, 1e-4, 1e-5);
      expectClose(await model.predict(x).data(), c.predict.data, 1e-4, 1e-5);
    });
  }
});
