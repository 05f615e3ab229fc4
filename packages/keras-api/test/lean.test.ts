// Models without names: objects train as ever, names are refused until they are registered.
import { tensor } from "@antler/tensor-core";
import { expect, test } from "vitest";
import * as layers from "../src/layers/index.ts";
import { type CompileOptions, type Sequential, sequential } from "../src/lean.ts";
import { meanSquaredError } from "../src/losses/index.ts";
import { meanAbsoluteError } from "../src/metrics/index.ts";
import { sgd } from "../src/optimizers/index.ts";

const compiled = (options: CompileOptions): Sequential => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1], kernelInitializer: "ones", activation: "relu" })]);
  model.compile(options);
  return model;
};
const objects = (): CompileOptions => ({ optimizer: sgd({ learningRate: 0.5 }), loss: meanSquaredError(), metrics: [meanAbsoluteError()] });

test("objects train", async () => {
  const { history } = await compiled(objects()).fit(tensor([[1]]), tensor([[2]]), { epochs: 2, verbose: 0 });
  // From w = 1 and b = 0 a step of half the gradient, −2, goes to 2 and 1: 3 instead of 2.
  expect(history).toEqual({ loss: [1, 1], mean_absolute_error: [1, 1] });
});

test("names, functions, the standard optimizer and summaries need to be known", async () => {
  const unknown = "knows no names here and takes only objects, got";
  expect(() => compiled({ ...objects(), optimizer: "adam" })).toThrow(`${unknown} "adam"`);
  expect(() => compiled({ ...objects(), optimizer: undefined })).toThrow(`${unknown} "rmsprop"`);
  expect(() => compiled({ ...objects(), loss: (_, yPred) => yPred })).toThrow(`${unknown} a function`);
  expect(() => compiled({ ...objects(), metrics: ["AUC"] })).toThrow('import "@antler/keras-api/register"');

  expect(() => compiled(objects()).summary()).toThrow("summary: models have none here.");

  await import("../src/register.ts");
  const model = compiled({ optimizer: "adam", loss: (_, yPred) => yPred, metrics: ["AUC", "accuracy"] });
  expect(model.optimizer!.className).toBe("Adam");
  const lines: string[] = [];
  model.summary({ printFn: (text) => lines.push(text) });
  expect(lines.join()).toContain(" Total params: 2 (8.00 B)");
});
