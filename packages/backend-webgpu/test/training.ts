// Small models of each kind, trained on one backend or another from equal weights: what they log, and what went to the host meanwhile.
import { config, model as functional, lambdaCallback, layers, type Model, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { type Backend, onEvent, setBackend, type Tensor, type TypedArray, tensor } from "@antler/tensor-core";
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
  /** For each epoch what happened in it, in order: "step", "read", or the name of what the host did. */
  readonly epochs: readonly (readonly string[])[];
}
export interface TrainOptions {
  readonly dtype?: "float32" | "float64";
  /** Weights to start from, instead of the model's own. */
  readonly weights?: readonly TypedArray[];
}
export const EPOCHS = 4;
export const BATCH = 16;

/** Trains with Adam, in the order of the data. */
export async function train(backend: Backend, task: Task, { dtype = "float32", weights: start }: TrainOptions = {}): Promise<Trained> {
  await setBackend(backend);
  setRandomSeed(5);
  config.setDtypePolicy(dtype);
  const of = (data: ArrayLike<number | bigint>, shape: readonly number[]): Tensor => tensor(Array.from(data, Number), [...shape], dtype);
  const epochs: string[][] = [];
  const note = (what: string): unknown => epochs.at(-1)?.push(what);
  const stop = onEvent((e) => {
    if (e.kind === "read") note("read");
    if (e.kind === "run") note("step");
    if (e.kind === "host") note(e.op);
  });
  try {
    const model = task.make();
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: task.loss });
    const weights = start ?? (await Promise.all(model.getWeights().map((w) => w.data())));
    model.setWeights(model.getWeights().map((w, i) => of(weights[i]!, w.shape as readonly number[])));
    const y = task.labels ? Int32Array.from(task.y) : of(task.y, [task.y.length, 1]);
    const callbacks = [lambdaCallback({ onEpochBegin: () => void epochs.push([]) })];
    const options = { epochs: EPOCHS, batchSize: BATCH, shuffle: false, verbose: 0, callbacks } as const;
    const { history } = await model.fit(of(task.x, task.shape), y, options);
    return { losses: history["loss"] as number[], weights, epochs };
  } finally {
    stop();
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
    x: [...images.subarray(0, 72 * 64)],
    shape: [72, 8, 8, 1],
    y: [...labels.subarray(0, 72)],
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
