// Orders and scatters on one, two and eight threads: what the reference gives, bit by bit, in every dtype, and never on the host.
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";
import { randomNumbers } from "./kernel-bench.ts";

const reference = tf.createReferenceBackend();
const threads = [1, 2, 8].map((threads) => createCpuBackend({ threads }));
afterAll(async () => {
  await tf.setBackend(reference);
  for (const backend of threads) backend.dispose();
});

const dtypes = ["float32", "float64", "float16", "bfloat16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"] as const;
/** Numbers between −60 and 60, or 0 and 120, of which many are equal. */
function numbers(shape: readonly number[], dtype: tf.DType): tf.Tensor {
  const random = randomNumbers(shape.length);
  const count = shape.reduce((a, b) => a * b, 1);
  const least = dtype.startsWith("uint") ? 0 : -60;
  return tf.cast(
    tf.tensor(
      Float32Array.from({ length: count }, () => least + Math.floor(random() * 960) / 8),
      shape,
    ),
    dtype,
  );
}
const ids = (count: number, segments: number, dtype: tf.DType = "int32"): tf.Tensor => {
  const random = randomNumbers(count);
  return tf.cast(tf.tensor(Int32Array.from({ length: count }, () => Math.floor(random() * (segments + 2)) - 1)), dtype);
};

const programs: Readonly<Record<string, (dtype: tf.DType) => readonly tf.Tensor[]>> = {
  "one long row": (dtype) => {
    const x = numbers([66_003], dtype);
    return [tf.argSort(x), tf.sort(x, 0, { descending: true })];
  },
  // Whole rows are pieces on two threads, blocks of them on eight.
  "long rows": (dtype) => [tf.argSort(numbers([5, 33_000], dtype), 1, { descending: true })],
  "rows, along the first axis": (dtype) => [tf.sort(numbers([131, 127], dtype), 0)],
  "short rows": (dtype) => [tf.argSort(numbers([1301, 13], dtype))],
  "the first few, and more": (dtype) => {
    const x = numbers([61, 1009], dtype);
    return [1, 5, 100].flatMap((k) => Object.values(tf.topk(x, k)));
  },
  "no elements": (dtype) => [
    tf.sort(numbers([3, 0], dtype)),
    tf.topk(numbers([2, 5], dtype), 0).indices,
    tf.argSort(numbers([0, 5], dtype)),
  ],
  "sums of rows": (dtype) => [tf.unsortedSegmentSum(numbers([1031, 67], dtype), ids(1031, 501), 501)],
  "sums of rows, ids of 64 bits": (dtype) => [tf.unsortedSegmentSum(numbers([1031, 67], dtype), ids(1031, 501, "int64"), 501)],
  "sums of many into few": (dtype) => [1, 2, 3].map((n) => tf.unsortedSegmentSum(numbers([303, 301], dtype), ids(303, n), n)),
  "sums of numbers": (dtype) => [tf.unsortedSegmentSum(numbers([30_011], dtype), ids(30_011, 997), 997)],
  "slices put in place": (dtype) => {
    const at = tf.reshape(ids(20_011, 5003), [-1, 1]);
    return [tf.tensorScatterUpdate(numbers([5003, 3], dtype), at, numbers([20_011, 3], dtype))];
  },
  "slices added up": (dtype) => [tf.scatterND(tf.reshape(ids(4098, 20), [-1, 2]), numbers([2049, 33], dtype), [20, 20, 33])],
};

test.each(Object.entries(programs))("%s", { timeout: 120_000 }, async (_, program) => {
  for (const dtype of dtypes) {
    const bits = async (): Promise<Buffer[]> => {
      const results: Buffer[] = [];
      for (const y of program(dtype)) {
        const { buffer, byteOffset, byteLength } = await y.data();
        results.push(Buffer.from(buffer, byteOffset, byteLength));
      }
      return results;
    };
    const expectSame = async (): Promise<void> => {
      for (const [k, got] of (await bits()).entries()) expect([dtype, k, got.equals(expected[k]!)]).toEqual([dtype, k, true]);
    };
    await tf.setBackend(reference);
    const expected = await bits();
    const onHost: string[] = [];
    const stop = tf.onEvent((e) => void (e.kind === "host" && onHost.push(e.op)));
    for (const backend of threads) {
      await tf.setBackend(backend);
      await expectSame();
      // Workers come to life while nothing waits for them.
      await new Promise((resolve) => setTimeout(resolve, 1));
      await expectSame();
    }
    stop();
    expect(onHost).toEqual([]);
  }
});
