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

export const kernelShapes: Readonly<Record<ModelName, Readonly<Record<string, readonly number[]>>>> = {
  mlp: { dense_1: [784, 512], dense_2: [512, 512], dense_3: [512, 10] },
  cnn: {
    conv_1: [3, 3, 1, 32],
    conv_2: [3, 3, 32, 64],
    dense_1: [1600, 128],
    dense_2: [128, 10],
  },
  "readme-cnn": { conv_1: [3, 3, 3, 32], dense_1: [7200, 100], dense_2: [100, 10] },
};

/** A model's weights in Keras's order: each layer's kernel, then its bias (zeros). */
export function initialWeights(model: ModelName): InitialWeight[] {
  const bits = randomBits(weightSeed);
  return Object.entries(kernelShapes[model]).flatMap(([layer, shape]) => {
    const units = shape.at(-1)!;
    const field = product(shape.slice(0, -2));
    const limit = Math.sqrt(6 / (field * (shape.at(-2)! + units)));
    const kernel = Float32Array.from({ length: product(shape) }, () => (2 * uniform(bits()) - 1) * limit);
    return [
      { name: `${layer}/kernel`, shape, values: kernel },
      { name: `${layer}/bias`, shape: [units], values: new Float32Array(units) },
    ];
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
