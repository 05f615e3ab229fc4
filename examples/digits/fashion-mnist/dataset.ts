// Fashion-MNIST: 70,000 grey images of clothes in ten classes, read from its original files.
import { FormatError } from "@antler/tensor-core";
import { type Idx, readIdx } from "./idx.ts";

/** Images with their labels; image `i` is `images[i * 784]` to `images[i * 784 + 783]`, row by row. */
export interface Clothes {
  /** float32 [count, 28, 28], each 0 to 1. */
  images: Float32Array;
  /** int32 [count], each 0 to 9. */
  labels: Int32Array;
  count: number;
}

const SIDE = 28;
const CLASSES = 10;

/**
 * Reads `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz` and their `t10k-` siblings, compressed or not.
 *
 * @throws FormatError if a file is missing or damaged, or holds something else
 * @example
 * const { train, test } = await loadFashionMnist("/usr/share/datasets/fashion-mnist"); // 60,000 and 10,000 images
 */
export async function loadFashionMnist(folder: string): Promise<{ train: Clothes; test: Clothes }> {
  return { train: await loadPart(folder, "train"), test: await loadPart(folder, "t10k") };
}

async function loadPart(folder: string, part: string): Promise<Clothes> {
  const images = await readIdx(folder, `${part}-images-idx3-ubyte`);
  const labels = await readIdx(folder, `${part}-labels-idx1-ubyte`);
  return toClothes(images, labels, `${part} files in ${folder}`);
}

function toClothes({ shape, data }: Idx, labels: Idx, what: string): Clothes {
  const [count, height, width] = shape;
  const fits = shape.length === 3 && height === SIDE && width === SIDE && labels.shape.length === 1 && labels.shape[0] === count;
  if (!fits || !count) {
    throw new FormatError("loadFashionMnist", `the ${what} hold images [${shape}] and labels [${labels.shape}]`, {
      hint: `Expected some images [count, ${SIDE}, ${SIDE}] and as many labels [count].`,
    });
  }
  const odd = labels.data.find((label) => label >= CLASSES);
  if (odd !== undefined) throw new FormatError("loadFashionMnist", `the ${what} have a label ${odd}, not 0 to ${CLASSES - 1}`);
  return { images: Float32Array.from(data, (pixel) => pixel / 255), labels: Int32Array.from(labels.data), count };
}
