// Small models of each kind, trained on one backend or another from equal weights: what they log, and what went to the host.
import { config, layers, type Model, model as functional, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { type Backend, onEvent, setBackend, type Tensor, tensor, type TypedArray } from "@antler/tensor-core";
import { loadDigits } from "../../../examples/digits/dataset.ts";

export interface Task {
  make(): Model;
  readonly x: readonly number[];
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly loss: string;
  /** Whether y are labels. */
  readonly labels?: boolean;
}
export interface Trained {
  /** Of each epoch. */
  readonly losses: readonly number[];
  /** Weights at the start. */
  readonly weights: readonly TypedArray[];
  /** Reads from the device while `fit` ran. */
  readonly reads: number;
  /** Ops and loops that went by way of the host meanwhile. */
  readonly host: ReadonlySet<string>;
}
export const EPOCHS = 5;
export const BATCH = 16;

/** Trains with Adam, in the order of the data, from given weights or its own. */
export async function train(backend: Backend, task: Task, dtype: "float32" | "float64" = "float32", start?: readonly TypedArray[]): Promise<Trained> {
  await setBackend(backend);
  setRandomSeed(5);
  config.setDtypePolicy(dtype);
  const of = (data: ArrayLike<number>, shape: readonly number[]): Tensor => tensor([...Array.from(data)], shape, dtype);
  try {
    const model = task.make();
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: task.loss });
    const weights = start ?? (await Promise.all(model.getWeights().map((w) => w.data())));
    model.setWeights(model.getWeights().map((w, i) => of(weights[i] as ArrayLike<number>, w.shape as number[])));
    const x = of(task.x, task.shape);
    const y = task.labels ? Int32Array.from(task.y) : of(task.y, [task.y.length, 1]);
    const host = new Set<string>();
    let reads = 0;
    const stop = onEvent((e) => {
      if (e.kind === "read") reads++;
      if (e.kind === "host") host.add(e.op);
    });
    try {
      const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize: BATCH, shuffle: false, verbose: 0 });
      return { losses: history["loss"] as number[], weights, reads, host };
    } finally {
      stop();
    }
  } finally {
    config.setDtypePolicy("float32");
  }
}

const many = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i));
const { images, labels } = await loadDigits();

export const tasks: { readonly [name: string]: Task } = {
  "the digits": {
    make: () =>
      sequential([
        layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [8, 8, 1] }),
        layers.maxPooling2d(),
        layers.flatten(),
        layers.dense({ units: 100, activation: "relu" }),
        layers.dense({ units: 10, activation: "softmax" }),
      ]),
    x: [...images.subarray(0, 120 * 64)],
    shape: [120, 8, 8, 1],
    y: [...labels.subarray(0, 120)],
    loss: "sparse_categorical_crossentropy",
    labels: true,
  },
  "an LSTM": {
    make: () => sequential([layers.lstm({ units: 12, inputShape: [10, 2] }), layers.dense({ units: 1 })]),
    x: many(40 * 20, (i) => Math.sin(i * i)),
    shape: [40, 10, 2],
    // How the sequence ends, and a little of how it began.
    y: many(40, (i) => Math.sin((i * 20 + 18) ** 2) + Math.sin((i * 20) ** 2) / 2),
    loss: "mean_squared_error",
  },
  "a transformer": {
    make: () => {
      const tokens = layers.input({ shape: [8], dtype: "int32" });
      const x = layers.embedding({ inputDim: 16, outputDim: 12 }).apply(tokens);
      const attended = layers.multiHeadAttention({ numHeads: 2, keyDim: 6 }).apply(x, { value: x });
      const y = layers.layerNormalization().apply(layers.add().apply([x, attended]));
      const forward = layers.dense({ units: 12 }).apply(layers.dense({ units: 24, activation: "gelu" }).apply(y));
      const z = layers.layerNormalization().apply(layers.add().apply([y, forward]));
      const pooled = layers.globalAveragePooling1d().apply(z);
      return functional({ inputs: tokens, outputs: layers.dense({ units: 3, activation: "softmax" }).apply(pooled) });
    },
    x: many(48 * 8, (i) => (i * 7 + Math.floor(i / 8) ** 2) % 16),
    shape: [48, 8],
    y: many(48, (i) => i % 3),
    loss: "sparse_categorical_crossentropy",
    labels: true,
  },
};
