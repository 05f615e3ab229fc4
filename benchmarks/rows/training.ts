/** Training steps through the public API, beside Keras on TensorFlow. */
import { fileURLToPath } from "node:url";
import { epochSteps } from "../antler/sizes.ts";
import type { ModelName } from "../keras/data.ts";
import { nodeCommand } from "../lib/child.ts";
import { ANTLER, peers } from "./peers.ts";
import type { Row, Side } from "./row.ts";

/** Keras with XLA off and on: the better one counts. */
const kerasSides = ["Keras", "Keras, jit"] as const;

const antler = (model: ModelName): Side => ({
  name: ANTLER,
  command: ({ home, threads, steps }) =>
    nodeCommand(new URL("antler/train-step.ts", home), ...["--model", model, ...epoch(model, steps), "--threads", `${threads}`]),
});
const keras = (model: ModelName): Side[] =>
  kerasSides.map((name) => ({
    name,
    needs: "keras",
    command: ({ python, threads, steps }) => {
      const script = fileURLToPath(new URL("../keras/train_step.py", import.meta.url));
      const jit = name === "Keras" ? "off" : "on";
      return [python, script, "--model", model, ...epoch(model, steps), "--threads", `${threads}`, "--jit", jit, "--serve"];
    },
  }));

const epoch = (model: ModelName, steps = epochSteps[model]): string[] => ["--steps", `${steps}`];

/** @param ratio how many times the better Keras's time Antler may take */
const row = (model: ModelName, title: string, ratio: number, others: readonly Side[] = [], losses = 1e-3): Row => ({
  id: model,
  group: "training",
  title,
  unit: "ms",
  sides: [antler(model), ...keras(model), ...others],
  bar: { of: [ANTLER], to: kerasSides, ratio },
  agree: { losses },
});

export const training: readonly Row[] = [
  row("mlp", "MLP 784-512-512-10, batch 128", 1, peers("mlp", ["tfjs-wasm", "jax-js"])),
  row("cnn", "CNN conv32-pool-conv64-pool-128-10 on 28×28, batch 64", 1),
  row("readme-cnn", "CNN conv32-pool-100-10 on 32×32×3, batch 32", 0.5),
  row("lstm", "LSTM of 128 units along 64×64, batch 32", 1),
  row("transformer", "transformer block, 256 features, 8 heads, 128 steps, batch 8", 1.2),
  // Keras's own losses differ by 1e-3 here between XLA on and off: normalised, the noise that it learns from all but cancels out.
  row("separable-cnn", "three depthwise separable blocks on 56×56×3, batch 16", 1.2, [], 5e-3),
];
