/** The benchmark's initial weights: Glorot uniform, the same bits as weights.py (which states the recipe). */
import { type ModelName, randomBits, uniform, weightSeed } from "./data.ts";

export interface InitialWeight {
  /** Layer and role: "dense_1/kernel". */
  readonly name: string;
  /** [height, width, in, out] or [in, out] for a kernel, [out] for a bias. */
  readonly shape: readonly number[];
  /** float32, row-major. */
  readonly values: Float32Array;
}
type Weight = readonly [name: string, shape: readonly number[]];

/** A model's weights in Keras's order. */
export function initialWeights(model: ModelName): InitialWeight[] {
  const bits = randomBits(weightSeed);
  return weightShapes[model].map(([name, shape]) => {
    const constant = constants[name.slice(name.lastIndexOf("/") + 1)];
    const values = new Float32Array(product(shape));
    if (constant !== undefined) return { name, shape, values: values.fill(constant) };
    const limit = Math.sqrt(6 / (product(shape.slice(0, -2)) * (shape.at(-2)! + shape.at(-1)!)));
    return { name, shape, values: values.map(() => (2 * uniform(bits()) - 1) * limit) };
  });
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
const constants: Readonly<Record<string, number>> = { bias: 0, beta: 0, moving_mean: 0, gamma: 1, moving_variance: 1 };

const dense = (layer: string, inputs: number, units: number): Weight[] => [
  [`${layer}/kernel`, [inputs, units]],
  [`${layer}/bias`, [units]],
];
const conv = (layer: string, size: number, inputs: number, filters: number): Weight[] => [
  [`${layer}/kernel`, [size, size, inputs, filters]],
  [`${layer}/bias`, [filters]],
];
const lstm = (layer: string, inputs: number, units: number): Weight[] => [
  [`${layer}/kernel`, [inputs, 4 * units]],
  [`${layer}/recurrent_kernel`, [units, 4 * units]],
  [`${layer}/bias`, [4 * units]],
];
const attention = (layer: string, features: number, heads: number, size: number): Weight[] => [
  ...["query", "key", "value"].flatMap((part): Weight[] => [
    [`${layer}/${part}/kernel`, [features, heads, size]],
    [`${layer}/${part}/bias`, [heads, size]],
  ]),
  [`${layer}/output/kernel`, [heads, size, features]],
  [`${layer}/output/bias`, [features]],
];
const layerNorm = (layer: string, features: number): Weight[] => [
  [`${layer}/gamma`, [features]],
  [`${layer}/beta`, [features]],
];
const batchNorm = (layer: string, features: number): Weight[] => [
  ...layerNorm(layer, features),
  [`${layer}/moving_mean`, [features]],
  [`${layer}/moving_variance`, [features]],
];
const separable = (number: number, inputs: number, filters: number): Weight[] => [
  [`depthwise_${number}/kernel`, [3, 3, inputs, 1]],
  ...batchNorm(`depthwise_norm_${number}`, inputs),
  [`pointwise_${number}/kernel`, [1, 1, inputs, filters]],
  ...batchNorm(`pointwise_norm_${number}`, filters),
];

const weightShapes: Readonly<Record<ModelName, readonly Weight[]>> = {
  mlp: [...dense("dense_1", 784, 512), ...dense("dense_2", 512, 512), ...dense("dense_3", 512, 10)],
  cnn: [...conv("conv_1", 3, 1, 32), ...conv("conv_2", 3, 32, 64), ...dense("dense_1", 1600, 128), ...dense("dense_2", 128, 10)],
  "readme-cnn": [...conv("conv_1", 3, 3, 32), ...dense("dense_1", 7200, 100), ...dense("dense_2", 100, 10)],
  lstm: [...lstm("lstm_1", 64, 128), ...dense("dense_1", 128, 10)],
  transformer: [
    ...attention("attention_1", 256, 8, 32),
    ...layerNorm("norm_1", 256),
    ...dense("dense_1", 256, 1024),
    ...dense("dense_2", 1024, 256),
    ...layerNorm("norm_2", 256),
    ...dense("dense_3", 256, 10),
  ],
  "separable-cnn": [
    ["conv_1/kernel", [3, 3, 3, 32]],
    ...batchNorm("conv_norm_1", 32),
    ...separable(1, 32, 64),
    ...separable(2, 64, 128),
    ...separable(3, 128, 256),
    ...dense("dense_1", 256, 10),
  ],
};
