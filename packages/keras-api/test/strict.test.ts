// fit, evaluate and predict on the strict device: nothing may count on reading at once, on many buffers or on zeroed memory.
import { strictBackend } from "@antler/compiler/testing";
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { callbacks, clearSession, input, layers, model, sequential, setRandomSeed } from "../src/index.ts";

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

/** Two inputs and outputs, weights, batches that come later, and callbacks that read weights and rates. */
async function trainMany(backend: tf.Backend): Promise<Readonly<Record<string, readonly number[]>>> {
  await tf.setBackend(backend);
  clearSession();
  setRandomSeed(5);
  const rows = 14;
  const table = (columns: number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, k) => Math.sin(i * columns + k)));
  const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [2], name: "b" })];
  const outputs = { p: layers.dense({ units: 2, activation: "softmax" }).apply(a), q: layers.dense({ units: 1 }).apply(b) };
  const net = model({ inputs: [a, b], outputs });
  net.compile({
    optimizer: "adam",
    loss: { p: "sparse_categorical_crossentropy", q: "mse" },
    metrics: { p: ["accuracy"] },
    weightedMetrics: { q: "mse" },
  });
  const x = [table(3), table(2)];
  const y = { p: Int32Array.from({ length: rows }, (_, i) => i % 2), q: table(1) };
  const watching = [
    callbacks.reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 10 }),
    callbacks.earlyStopping({ monitor: "loss", patience: 3, minDelta: 10, restoreBestWeights: true }),
    callbacks.terminateOnNaN(),
  ];
  const sampleWeight = Float32Array.from({ length: rows }, (_, i) => i / 7);
  const { history } = await net.fit(x, y, { epochs: 6, batchSize: 4, validationSplit: 0.3, verbose: 0, sampleWeight, callbacks: watching });
  async function* later(): AsyncGenerator<readonly [typeof x, typeof y]> {
    yield [x, y];
  }
  const evaluated = await net.evaluate(later, { verbose: 0 });
  const results = await net.predict(async function* () {
    yield [x] as const;
    yield [x] as const;
  });
  const predicted = Array.from((await results.q.data()) as Float32Array);
  tf.dispose(results);
  return { ...history, evaluated, predicted };
}

test("several outputs, batches that come later and callbacks, too", { timeout: 60_000 }, async () => {
  const want = await trainMany(tf.createReferenceBackend());
  const got = await trainMany(strictBackend());
  expect(Object.keys(got)).toEqual(Object.keys(want));
  for (const [name, values] of Object.entries(want)) {
    expect(got[name]!.length, name).toBe(values.length);
    values.forEach((v, i) => void expect(Math.abs(got[name]![i]! - v), name).toBeLessThan(1e-5));
  }
});
