// Mixed precision on the GPU: small models train in float16 under a scaled loss, and lose what they lose on the CPU.
import { createCpuBackend } from "@antler/backend-cpu";
import { type AnyModel, clearSession, type Layer, layers, optimizers, sequential, setDtypePolicy, setRandomSeed } from "@antler/keras-api";
import { type Backend, reshape, setBackend, tensor } from "@antler/tensor-core";
import { epsilon } from "@antler/tensor-core/testing";
import { afterEach, expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

afterEach(() => {
  setDtypePolicy("float32");
  clearSession();
});

const EXAMPLES = 12;
const SIDE = 6;
const images = (): number[] => Array.from({ length: EXAMPLES * SIDE * SIDE }, (_, i) => Math.sin(i * 0.7 + (i % 5)));
const labels = (): number[] => Array.from({ length: EXAMPLES }, (_, i) => i % 3);

const models: { readonly [name: string]: () => Layer[] } = {
  dense: () => [
    layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
    layers.dense({ units: 16, activation: "tanh" }),
    layers.layerNormalization(),
    layers.dense({ units: 3, activation: "softmax", dtype: "float32" }),
  ],
  convolutional: () => [
    layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [SIDE, SIDE, 1] }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 3, activation: "softmax", dtype: "float32" }),
  ],
};

/** The losses of some epochs, and the dtypes and scales behind them. */
async function training(backend: Backend, make: () => Layer[]): Promise<{ losses: readonly number[]; scale: number; steps: number }> {
  await setBackend(backend);
  setDtypePolicy("mixed_float16");
  setRandomSeed(4);
  const model: AnyModel = sequential(make());
  // A scale that doubles after four finite steps, and halves after one that is not.
  const optimizer = optimizers.lossScaleOptimizer({
    innerOptimizer: optimizers.sgd({ learningRate: 0.1 }),
    initialScale: 1024,
    dynamicGrowthSteps: 4,
  });
  model.compile({ optimizer, loss: "sparse_categorical_crossentropy" });
  const x = reshape(tensor(images()), [EXAMPLES, SIDE, SIDE, 1]);
  const { history } = await model.fit(x, labels(), { epochs: 5, batchSize: 6, shuffle: false, verbose: 0 });
  expect(model.layers.map((l) => l.computeDtype)).toContain("float16");
  const [scale] = Array.from((await optimizer.dynamicScale.value.data()) as ArrayLike<number>);
  const [steps] = Array.from((await optimizer.iterations.value.data()) as ArrayLike<number>);
  clearSession();
  return { losses: history["loss"] as number[], scale: scale!, steps: steps! };
}

it.each(Object.entries(models))("a %s model", async (_, make) => {
  const want = await training(createCpuBackend({ threads: 1 }), make);
  const got = await training(await createWebGpuBackend(), make);
  expect([got.scale, got.steps]).toEqual([want.scale, want.steps]);
  expect(got.steps).toBe(10);
  expect(got.scale).toBeGreaterThan(1024);
  // Sums of another order round elsewhere: a dozen roundings of half a unit lie behind a loss, and every step adds as many.
  const off = 8 * epsilon("float16") * want.losses[0]!;
  got.losses.forEach((v, i) => void expect(Math.abs(v - want.losses[i]!), `epoch ${i}`).toBeLessThan(2 * (i + 1) * off));
  expect(got.losses.at(-1)).toBeLessThan(got.losses[0]!);
});
