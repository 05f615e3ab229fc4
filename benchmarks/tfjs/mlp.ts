/** A training step of the mlp in TensorFlow.js. */

import { initialWeights } from "../keras/weights.ts";
import { COMPARED_LOSSES, mlpBatches } from "../work/mlp.ts";
import type { Work } from "../work/peer.ts";
import { ADAM, type Tensor, type Tf } from "./api.ts";

export function trainMlp(tf: Tf): Work {
  const steps = trainer(tf);
  return {
    run: () => steps().dispose(),
    async output() {
      const fresh = trainer(tf);
      const losses: number[] = [];
      for (let i = 0; i < COMPARED_LOSSES; i++) losses.push((await fresh().data())[0]!);
      return losses;
    },
  };
}

/** Gives the next step, which returns its loss. */
function trainer(tf: Tf): () => Tensor {
  const weights = initialWeights("mlp").map(({ values, shape }) => tf.variable(tf.tensor(values, shape)));
  const batches = mlpBatches().map(({ images, labels, size }) => ({
    x: tf.tensor(images, [size, 784]),
    y: tf.oneHot(tf.tensor(labels, [size], "int32"), 10),
  }));
  const optimizer = tf.train.adam(...ADAM);
  let step = 0;
  return () => {
    const { x, y } = batches[step++ % batches.length]!;
    return optimizer.minimize(() => {
      const [w1, b1, w2, b2, w3, b3] = weights as readonly Tensor[] as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      const first = tf.relu(tf.add(tf.matMul(x, w1), b1));
      const second = tf.relu(tf.add(tf.matMul(first, w2), b2));
      return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(second, w3), b3));
    }, true);
  };
}
