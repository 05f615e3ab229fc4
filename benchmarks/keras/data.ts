// The benchmark's training data: deterministic, learnable, the same bits as data.py (which states the recipe).

export type ModelName = "mlp" | "cnn" | "readme-cnn" | "lstm" | "transformer" | "separable-cnn";

export interface TrainingSet {
  /** Height, width, channels. */
  imageShape: readonly [number, number, number];
  batchSize: number;
}

export interface TrainingData {
  /** float32 [count, height, width, channels], row-major, each from 0 to 1. */
  images: Float32Array;
  /** int32 [count], each 0 to 9. */
  labels: Int32Array;
  count: number;
}

export const dataSeed = 1;
export const weightSeed = 2;

export const trainingSets: Readonly<Record<ModelName, TrainingSet>> = {
  mlp: { imageShape: [28, 28, 1], batchSize: 128 },
  cnn: { imageShape: [28, 28, 1], batchSize: 64 },
  "readme-cnn": { imageShape: [32, 32, 3], batchSize: 32 },
  // Each row of an image is a step.
  lstm: { imageShape: [64, 64, 1], batchSize: 32 },
  transformer: { imageShape: [128, 256, 1], batchSize: 8 },
  "separable-cnn": { imageShape: [56, 56, 3], batchSize: 16 },
};

/**
 * Tommy Ettinger's mulberry32: each call returns the next unsigned 32-bit integer.
 *
 * @example
 * const bits = randomBits(1);
 * const first = uniform(bits()); // in [0, 1)
 */
export function randomBits(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
}

/** A number in [0, 1) from the upper 24 bits, which float32 holds exactly. */
export function uniform(bits: number): number {
  return (bits >>> 8) / 2 ** 24;
}

/** `steps` batches for a model: noise, a little brighter in the cell of a 4×4 grid that belongs to the label. */
export function trainingData(model: ModelName, steps: number): TrainingData {
  const { imageShape, batchSize } = trainingSets[model];
  const [height, width, channels] = imageShape;
  const cellHeight = Math.floor(height / 4);
  const cellWidth = Math.floor(width / 4);
  const count = steps * batchSize;
  const labels = Int32Array.from({ length: count }, (_, index) => (index * 7) % 10);
  const images = new Float32Array(count * height * width * channels);
  const bits = randomBits(dataSeed);
  let at = 0;
  for (const label of labels) {
    const cellRow = Math.floor(label / 4);
    const cellColumn = label % 4;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inCell = Math.floor(y / cellHeight) === cellRow && Math.floor(x / cellWidth) === cellColumn;
        for (let c = 0; c < channels; c++) {
          images[at++] = (3 * uniform(bits()) + (inCell ? 1 : 0)) / 4;
        }
      }
    }
  }
  return { images, labels, count };
}

/** FNV-1a over 32-bit words, in order: the bits of float32 and int32 values, not their numbers. */
export function checksum(values: Float32Array | Int32Array | Uint32Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let result = 2166136261;
  for (const word of words) result = Math.imul(result ^ word, 16777619) >>> 0;
  return result;
}
