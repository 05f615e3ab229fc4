/** The sizes that models are trained at, the usual ones and awkward ones, and how much work a sample is at each. */
import { type ModelName, trainingSets } from "../keras/data.ts";

export interface Sizes {
  readonly batch: number;
  /** Of one sample. */
  readonly shape: readonly number[];
  /** What stacks.ts calls so. */
  readonly width: number;
}

const widths: Readonly<Record<ModelName, number>> = {
  mlp: 512,
  cnn: 32,
  "readme-cnn": 32,
  lstm: 128,
  transformer: 32,
  "separable-cnn": 32,
};
/** Of models that do not take images as they are. */
const inputShapes: Partial<Record<ModelName, readonly number[]>> = { mlp: [784], lstm: [64, 64], transformer: [128, 256] };

export function usualSizes(model: ModelName): Sizes {
  const { batchSize, imageShape } = trainingSets[model];
  return { batch: batchSize, shape: inputShapes[model] ?? imageShape, width: widths[model] };
}

/** Sizes of which a GPU made of software does a step in a second or so. */
const smallSizes: Readonly<Record<ModelName, Partial<Sizes>>> = {
  mlp: { batch: 8 },
  cnn: { batch: 2 },
  "readme-cnn": { batch: 4 },
  lstm: { batch: 4, shape: [16, 64] },
  transformer: { batch: 4, shape: [32, 64], width: 8 },
  "separable-cnn": { batch: 4, shape: [16, 16, 3] },
};
/** What pages train. */
export const pageSizes = (model: ModelName): Sizes => ({ ...usualSizes(model), ...smallSizes[model] });

/** Steps of an epoch: half a second's work, or what one step of the slowest side makes of it. */
export const epochSteps: Readonly<Record<ModelName, number>> = {
  mlp: 50,
  cnn: 30,
  "readme-cnn": 50,
  lstm: 20,
  transformer: 10,
  "separable-cnn": 6,
};

/** Sizes that no vector, tile or cache line divides: primes where the model allows them. The first changes the batch alone. */
export const awkwardSizes: Readonly<Record<ModelName, readonly Partial<Sizes>[]>> = {
  mlp: [{ batch: 127 }, { width: 509 }, { batch: 131, shape: [29 * 29], width: 509 }],
  cnn: [{ batch: 61 }, { shape: [29, 29, 1] }, { batch: 67, shape: [31, 29, 3], width: 31 }],
  "readme-cnn": [{ batch: 31 }, { shape: [29, 29, 3] }, { batch: 37, shape: [31, 37, 3], width: 29 }],
  lstm: [{ batch: 31 }, { width: 127 }, { batch: 37, shape: [61, 67], width: 127 }],
  transformer: [{ batch: 7 }, { shape: [127, 256] }, { batch: 7, shape: [131, 248], width: 31 }],
  "separable-cnn": [{ batch: 13 }, { shape: [57, 57, 3] }, { batch: 17, shape: [53, 59, 3], width: 31 }],
};

/** Multiplications of a forward pass of one sample: those of its matrix products and convolutions. */
export function work(model: ModelName, { shape, width }: Sizes): number {
  const [height = 1, columns = 1, channels = 1] = shape;
  switch (model) {
    case "mlp":
      return height * width + width * width + width * 10;
    case "cnn": {
      const [h1, w1] = [height - 2, columns - 2];
      const [h2, w2] = [(h1 >> 1) - 2, (w1 >> 1) - 2];
      const flat = (h2 >> 1) * (w2 >> 1) * 2 * width;
      return h1 * w1 * 9 * channels * width + h2 * w2 * 9 * width * 2 * width + flat * 4 * width + 4 * width * 10;
    }
    case "readme-cnn": {
      const [h, w] = [height - 2, columns - 2];
      return h * w * 9 * channels * width + (h >> 1) * (w >> 1) * width * 100 + 1000;
    }
    case "lstm":
      return height * 4 * width * (columns + width) + width * 10;
    case "transformer": {
      const inner = 8 * width;
      return height * (4 * columns * inner + 2 * height * inner + 8 * columns * columns) + columns * 10;
    }
    case "separable-cnn":
      return separableWork(height, columns, channels, width);
  }
}

function separableWork(height: number, columns: number, channels: number, width: number): number {
  let [h, w, inputs, total] = [height, columns, width, height * columns * 9 * channels * width];
  for (const [times, strides] of [
    [2, 1],
    [4, 2],
    [8, 2],
  ] as const) {
    [h, w] = [Math.ceil(h / strides), Math.ceil(w / strides)];
    total += h * w * inputs * (9 + times * width);
    inputs = times * width;
  }
  return total + inputs * 10;
}
