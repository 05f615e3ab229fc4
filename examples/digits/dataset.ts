// The handwritten digits: read from data/digits.csv, checked, and split into training and test.
import { readFile } from "node:fs/promises";

/** Images with their labels; image `i` is `images[i * 64]` to `images[i * 64 + 63]`, row by row. */
export interface Digits {
  /** float32 [count, 64], each 0 (blank) to 1 (ink). */
  images: Float32Array;
  /** int32 [count], each 0 to 9. */
  labels: Int32Array;
  count: number;
}

export interface SplitOptions {
  /** The part held back for testing, between 0 and 1; one fifth by default. */
  testFraction?: number;
  /** Any integer; the same seed always gives the same split. */
  seed: number;
}

/**
 * Reads the 1,797 digits of `data/digits.csv`, in the file's order.
 *
 * @throws Error naming the line if the file is damaged.
 * @example
 * const digits = await loadDigits();
 * const { train, test } = split(digits, { seed: 1 }); // 1438 and 359 digits
 */
export async function loadDigits(): Promise<Digits> {
  const text = await readFile(new URL("./data/digits.csv", import.meta.url), "utf8");
  const digits = parseDigits(text);
  if (digits.count !== DIGITS) {
    throw new Error(
      `loadDigits: data/digits.csv is incomplete. Got ${digits.count} digits, expected ${DIGITS}. Restore the file with data/export.py.`,
    );
  }
  return digits;
}

/** Parses lines of 64 pixels (0 to 16) and a label (0 to 9); anything else is an error naming the line. */
export function parseDigits(text: string): Digits {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const images = new Float32Array(lines.length * PIXELS);
  const labels = new Int32Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const fields = line.split(",");
    if (fields.length !== PIXELS + 1) {
      throw new Error(
        `parseDigits: line ${row + 1} does not hold one digit. Got ${fields.length} fields, expected ${PIXELS} pixels and a label.`,
      );
    }
    for (const [column, field] of fields.entries()) {
      const isLabel = column === PIXELS;
      const value = parseField(field, isLabel ? 9 : 16, row + 1, column + 1);
      if (isLabel) labels[row] = value;
      else images[row * PIXELS + column] = value / 16;
    }
  }
  return { images, labels, count: lines.length };
}

/**
 * Shuffles the digits with the seed and holds a part back: no digit is in both parts, each is in one.
 *
 * @throws Error if a part would be empty or the seed is not an integer.
 */
export function split(dataset: Digits, { testFraction = 0.2, seed }: SplitOptions): { train: Digits; test: Digits } {
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`split: seed must be an integer. Got ${seed}.`);
  }
  const testCount = Math.round(dataset.count * testFraction);
  if (!(testCount > 0 && testCount < dataset.count)) {
    throw new Error(
      `split: both parts need a digit. Got ${dataset.count} digits and testFraction ${testFraction}. Use a fraction between 0 and 1.`,
    );
  }
  const order = shuffled(dataset.count, seed);
  return {
    train: pick(dataset, order.subarray(testCount)),
    test: pick(dataset, order.subarray(0, testCount)),
  };
}

const DIGITS = 1797;
const PIXELS = 64;

function parseField(field: string, max: number, line: number, column: number): number {
  const value = Number(field);
  // Number() alone would read "", " 3" and "1e1" as values too.
  if (!/^\d{1,2}$/.test(field) || value > max) {
    throw new Error(`parseDigits: line ${line}, column ${column} must be an integer from 0 to ${max}. Got "${field}".`);
  }
  return value;
}

function pick(dataset: Digits, order: Int32Array): Digits {
  const images = new Float32Array(order.length * PIXELS);
  const labels = new Int32Array(order.length);
  for (const [to, from] of order.entries()) {
    images.set(dataset.images.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS);
    labels[to] = dataset.labels[from]!;
  }
  return { images, labels, count: order.length };
}

/** The numbers 0 to count - 1 in random order (Fisher and Yates). */
function shuffled(count: number, seed: number): Int32Array {
  const random = mulberry32(seed);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

/** Tommy Ettinger's mulberry32: a generator of numbers in [0, 1) with 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Shifts and scales pixels to mean 0 and deviation 1, as measured on `train` alone: the test part must not leak into training.
 *
 * @example
 * const { train, test } = standardize(split(await loadDigits(), { seed: 1 }));
 */
export function standardize<Parts extends { train: Digits }>(parts: Parts): Parts {
  const { images } = parts.train;
  const mean = images.reduce((sum, pixel) => sum + pixel, 0) / images.length;
  const deviation = Math.sqrt(images.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / images.length);
  const scaled = (digits: Digits): Digits => ({ ...digits, images: digits.images.map((pixel) => (pixel - mean) / deviation) });
  return Object.fromEntries(Object.entries(parts).map(([name, digits]) => [name, scaled(digits as Digits)])) as Parts;
}
