// fit, evaluate and predict on the strict device: nothing may count on reading at once, on many buffers or on zeroed memory.
import { strictBackend } from "@antler/compiler/testing";
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { callbacks, layers, sequential, setRandomSeed } from "../src/index.ts";

afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

async function train(backend: tf.Backend): Promise<{ losses: number[]; batches: number; predicted: number[] }> {
  await tf.setBackend(backend);
  setRandomSeed(3);
  const rows = 22;
  const x = tf.tensor(
    Float32Array.from({ length: rows * 36 }, (_, i) => ((i * 37) % 100) / 100),
    [rows, 6, 6, 1],
  );
  const y = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const model = sequential([
    layers.conv2d({ filters: 4, kernelSize: [3, 3], activation: "relu", inputShape: [6, 6, 1] }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  let batches = 0;
  const counting = new callbacks.LambdaCallback({ onTrainBatchEnd: () => void batches++ });
  const history = await model.fit(x, y, { epochs: 3, batchSize: 8, validationSplit: 0.25, verbose: 0, callbacks: [counting] });
  const [loss] = await model.evaluate(x, y, { verbose: 0 });
  const predictions = model.predict(x);
  const predicted = Array.from((await predictions.data()) as Float32Array);
  tf.dispose([x, predictions]);
  return { losses: [...(history.history["loss"] as number[]), ...(history.history["val_loss"] as number[]), loss!], batches, predicted };
}

test("trains to what the reference gives", { timeout: 60_000 }, async () => {
  const want = await train(tf.createReferenceBackend());
  const got = await train(strictBackend());
  expect(got.batches).toBe(want.batches);
  got.losses.forEach((l, i) => expect(Math.abs(l - want.losses[i]!)).toBeLessThan(1e-5));
  got.predicted.forEach((p, i) => expect(Math.abs(p - want.predicted[i]!)).toBeLessThan(1e-5));
});
