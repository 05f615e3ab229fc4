// Bad data and full memory: typed errors that say what happened, and everything made before stays whole.
import * as tf from "@antler/tensor-core";
import { afterAll, describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));
const numbers = (t: tf.Tensor): number[] => Array.from(t.dataSync() as Float32Array);

describe("indices from data", () => {
  test("out of range: the error names index, axis and tensors, and variables keep their values", async () => {
    await tf.setBackend(createCpuBackend());
    const table = tf.variable([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const step = tf.func((ids: tf.Tensor) => {
      const rows = tf.gather(table.value, ids);
      table.assign(tf.mul(table.value, 2));
      return tf.sum(rows);
    });
    const good = tf.tensor([2, 0], [2], "int32");
    expect(numbers(step(good))).toEqual([14]);
    const before = numbers(table.value);
    for (const bad of [3, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(() => step(tf.tensor([0, bad], [2], "int32"))).toThrow(
        `gather: index ${bad} is outside axis 0 of size 3. Got f32[3, 2] and i32[2].`,
      );
      expect(numbers(table.value)).toEqual(before);
    }
    // The note of a fault does not outlive its error.
    expect(numbers(step(good))).toEqual([28]);
  });
  test("a later good index in the same vector does not hide a bad one", async () => {
    await tf.setBackend(createCpuBackend());
    const x = tf.tensor(Float32Array.from({ length: 9 }, (_, i) => i));
    for (let at = 0; at < 13; at++) {
      const ids = Int32Array.from({ length: 13 }, (_, i) => (i === at ? 9 : i % 9));
      expect(() => tf.gather(x, tf.tensor(ids))).toThrow("index 9 is outside axis 0 of size 9");
    }
  });
});

describe("memory", () => {
  test("when it is full: a typed error with the largest holders, and it goes on after some is given back", async () => {
    const backend = createCpuBackend({ maximumBytes: 32 * 1024 * 1024 });
    await tf.setBackend(backend);
    const kept: tf.Tensor[] = [];
    const fill = (): void => {
      for (;;) kept.push(tf.fill([256, 1024], kept.length));
    };
    expect(fill).toThrow(tf.OutOfMemoryError);
    expect(fill).toThrow(/largest alive: float32\[256, 1024\] \(1048576 bytes\)/);
    kept.forEach((t, i) => expect(numbers(t)[1000]).toBe(i));
    tf.dispose(kept.splice(0, 4));
    const again = tf.fill([256, 1024], 7);
    expect(numbers(again)[5]).toBe(7);
    tf.dispose([kept, again]);
  });
  test("ten thousand steps leave nothing behind", async () => {
    await tf.setBackend(createCpuBackend());
    const w = tf.variable(tf.zeros([16]));
    const step = tf.func((x: tf.Tensor) => {
      w.assign(tf.add(w.value, tf.mul(x, 1e-4)));
      return tf.sum(w.value);
    });
    const x = tf.ones([16]);
    step(x).dispose();
    const bytes = tf.memory().numBytes;
    for (let n = 1; n < 10_000; n++) step(x).dispose();
    expect(tf.memory().numBytes).toBe(bytes);
    expect(numbers(w.value)[0]).toBeCloseTo(1, 3);
  });
});
