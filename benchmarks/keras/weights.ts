// The benchmark's initial weights: Glorot uniform, the same bits as weights.py (which states the recipe).
import { type ModelName, randomBits, uniform, weightSeed } from "./data.ts";

export interface InitialWeight {
  /** Layer and role: "dense_1/kernel". */
  name: string;
  /** [height, width, in, out] or [in, out] for a kernel, [out] for a bias. */
  shape: readonly number[];
  /** float32, row-major. */
  values: Float32Array;
}

export const kernelShapes: Readonly<Record<ModelName, Readonly<Record<string, readonly (readonly number[])[]>>>> = {
  mlp: { dense_1: [[784, 512]], dense_2: [[512, 512]], dense_3: [[512, 10]] },
  cnn: {
    conv_1: [[3, 3, 1, 32]],
    conv_2: [[3, 3, 32, 64]],
    dense_1: [[1600, 128]],
    dense_2: [[128, 10]],
  },
  "readme-cnn": { conv_1: [[3, 3, 3, 32]], dense_1: [[7200, 100]], dense_2: [[100, 10]] },
  lstm: {
    lstm_1: [
      [64, 512],
      [128, 512],
    ],
    dense_1: [[128, 10]],
  },
};
const roles = ["kernel", "recurrent_kernel"];

/** A model's weights in Keras's order: each layer's kernel, its recurrent kernel where it has one, then its bias (zeros). */
export function initialWeights(model: ModelName): InitialWeight[] {
  const bits = randomBits(weightSeed);
  return Object.entries(kernelShapes[model]).flatMap(([layer, shapes]) => {
    const width = shapes[0]!.at(-1)!;
    const kernels = shapes.map((shape, i) => {
      const limit = Math.sqrt(6 / (product(shape.slice(0, -2)) * (shape.at(-2)! + width)));
      const values = Float32Array.from({ length: product(shape) }, () => (2 * uniform(bits()) - 1) * limit);
      return { name: `${layer}/${roles[i]}`, shape, values };
    });
    return [...kernels, { name: `${layer}/bias`, shape: [width], values: new Float32Array(width) }];
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
