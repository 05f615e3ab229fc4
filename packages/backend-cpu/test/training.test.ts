// The benchmark models on the CPU: every kernel of their training steps is vectorised, hand-written kernels on or off, and both learn the same.
import { printKernel } from "@antler/compiler/print";
import { layers, type Model, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import * as tf from "@antler/tensor-core";
import { afterAll, describe, expect, test } from "vitest";
import { explainScalar } from "../src/generate/explain.ts";
import { type CpuOptions, createCpuBackend } from "../src/index.ts";

const models: { readonly [name: string]: { readonly shape: readonly number[]; make(): Model } } = {
  mlp: {
    shape: [784],
    make: () =>
      sequential([
        layers.dense({ units: 512, activation: "relu", inputShape: [784] }),
        layers.dense({ units: 512, activation: "relu" }),
        layers.dense({ units: 10, activation: "softmax" }),
      ]),
  },
  cnn: {
    shape: [28, 28, 1],
    make: () =>
      sequential([
        layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [28, 28, 1] }),
        layers.maxPooling2d(),
        layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: "relu" }),
        layers.maxPooling2d(),
        layers.flatten(),
        layers.dense({ units: 128, activation: "relu" }),
        layers.dense({ units: 10, activation: "softmax" }),
      ]),
  },
};

afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

interface Trained {
  readonly losses: readonly number[];
  /** Kernels that do not go four elements at a time, and why. */
  readonly scalar: readonly string[];
  readonly kernels: number;
}
/** Two steps of fit, with every kernel the backend was asked for looked at. */
async function train(name: string, options: CpuOptions): Promise<Trained> {
  const backend = createCpuBackend(options);
  const scalar: string[] = [];
  let kernels = 0;
  const { compile } = backend;
  backend.compile = (graph) => {
    const program = compile(graph);
    for (const k of program.executable.kernels()) {
      kernels++;
      const why = explainScalar(k);
      if (why) scalar.push(`${k.name}: ${why}\n${printKernel(k)}`);
    }
    return program;
  };
  await tf.setBackend(backend);
  setRandomSeed(4);
  const { shape, make } = models[name]!;
  const rows = 24;
  const x = Float32Array.from({ length: rows * shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919) % 1000) / 1000);
  const y = Int32Array.from({ length: rows }, (_, i) => i % 10);
  const model = make();
  model.compile({ optimizer: optimizers.adam(), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  const inputs = tf.tensor(x, [rows, ...shape]);
  const history = await model.fit(inputs, y, { epochs: 3, batchSize: 16, shuffle: false, verbose: 0 });
  inputs.dispose();
  return { losses: history.history["loss"] as number[], scalar, kernels };
}

describe.each(Object.keys(models))("the %s", (name) => {
  test("has no unvectorised kernel, and learns alike with generated kernels", { timeout: 120_000 }, async () => {
    const hand = await train(name, {});
    const generated = await train(name, { handWritten: false });
    expect(hand.scalar).toEqual([]);
    expect(generated.scalar).toEqual([]);
    expect(generated.kernels).toBeGreaterThan(hand.kernels);
    hand.losses.forEach((l, i) => expect(Math.abs(l - generated.losses[i]!)).toBeLessThan(1e-4));
    expect(hand.losses.at(-1)!).toBeLessThan(hand.losses[0]!);
  });
});
