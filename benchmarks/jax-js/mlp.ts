/** A training step of the mlp in jax-js, compiled as one function: loss, gradients and Adam. */
import { initialWeights } from "../keras/weights.ts";
import { COMPARED_LOSSES, mlpBatches } from "../work/mlp.ts";
import type { Work } from "../work/peer.ts";
import type { Arr, Jax } from "./api.ts";

const [RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-7] as const;

type Step = (weights: Arr[], means: Arr[], squares: Arr[], scale: Arr, x: Arr, y: Arr) => [Arr, Arr[], Arr[], Arr[]];

export function trainMlp(jax: Jax): Work {
  const step = jax.jit(adamStep(jax));
  const train = trainer(jax, step);
  return {
    async run() {
      (await (await train()).blockUntilReady()).dispose();
    },
    async output() {
      const fresh = trainer(jax, step);
      const losses: number[] = [];
      for (let i = 0; i < COMPARED_LOSSES; i++) losses.push((await (await fresh()).data())[0]!);
      return losses;
    },
  };
}

function adamStep({ numpy: np, nn, valueAndGrad }: Jax): Step {
  const loss = ([w1, b1, w2, b2, w3, b3]: Arr[], x: Arr, y: Arr): Arr => {
    const first = nn.relu(np.add(np.matmul(x, w1!), b1!));
    const second = nn.relu(np.add(np.matmul(first, w2!), b2!));
    const logits = np.add(np.matmul(second, w3!), b3!);
    return np.multiply(np.sum(np.multiply(nn.logSoftmax(logits, -1), y)), -1 / 128);
  };
  return (weights, means, squares, scale, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(
      weights.map((w) => w.ref),
      x,
      y,
    );
    const m = means.map((mean, i) => np.add(np.multiply(mean, BETA1), np.multiply(gradients[i]!.ref, 1 - BETA1)));
    const v = squares.map((square, i) => np.add(np.multiply(square, BETA2), np.multiply(np.square(gradients[i]!), 1 - BETA2)));
    const moved = weights.map((w, i) => np.subtract(w, np.divide(np.multiply(m[i]!.ref, scale.ref), np.add(np.sqrt(v[i]!.ref), EPSILON))));
    return [value, moved, m, v];
  };
}

/** Gives the next step, which returns its loss. */
function trainer({ numpy: np }: Jax, step: Step): () => Promise<Arr> {
  const batches = mlpBatches().map(({ images, labels, size }) => {
    const hot = new Float32Array(size * 10);
    labels.forEach((label, i) => void (hot[i * 10 + label] = 1));
    return { x: np.array(images).reshape([size, 784]), y: np.array(hot).reshape([size, 10]) };
  });
  const initial = initialWeights("mlp");
  const zeros = (): Arr[] => initial.map(({ values, shape }) => np.array(new Float32Array(values.length)).reshape(shape));
  let state = [initial.map(({ values, shape }) => np.array(values).reshape(shape)), zeros(), zeros()] as [Arr[], Arr[], Arr[]];
  let count = 0;
  return async () => {
    const { x, y } = batches[count++ % batches.length]!;
    const scale = np.array(new Float32Array([(RATE * Math.sqrt(1 - BETA2 ** count)) / (1 - BETA1 ** count)])).reshape([]);
    const [loss, ...next] = step(...state, scale, x.ref, y.ref);
    state = next;
    // Without waiting for them, updates would pile up behind the loss.
    await Promise.all(state[0].map((w) => w.blockUntilReady()));
    return loss;
  };
}
