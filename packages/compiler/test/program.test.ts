// Programs at work: donation, memory, regions and failures on a device that helps with nothing.
import * as tf from "@antler/tensor-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pack } from "../src/arena.ts";
import { strictBackend } from "../src/testing/index.ts";

let before: number;
beforeEach(async () => {
  await tf.setBackend(strictBackend({ buffers: 16 }));
  before = tf.memory().numTensors;
});
afterEach(async () => {
  expect(tf.memory().numTensors).toBe(before);
  await tf.setBackend(tf.referenceBackend());
});
const numbers = async (t: tf.Tensor): Promise<number[]> => {
  const data = Array.from((await t.data()) as Float32Array);
  t.dispose();
  return data;
};

describe("the arena", () => {
  test("never gives two living values one place, and reuses what is free", () => {
    let state = 3;
    const random = (n: number): number => (state = (Math.imul(state, 48271) >>> 0) % 2147483647) % n;
    for (let round = 0; round < 200; round++) {
      const requests = Array.from({ length: 1 + random(30) }, () => {
        const first = random(20);
        return { bytes: random(1000), first, last: first + random(6) };
      });
      const { offsets, bytes } = pack(requests);
      requests.forEach((a, i) => {
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
        requests.slice(0, i).forEach((b, j) => {
          if (a.first > b.last || b.first > a.last || !a.bytes || !b.bytes) return;
          expect(offsets[i]! >= offsets[j]! + b.bytes || offsets[j]! >= offsets[i]! + a.bytes).toBe(true);
        });
      });
    }
    expect(
      pack([
        { bytes: 640, first: 0, last: 1 },
        { bytes: 640, first: 2, last: 3 },
      ]).bytes,
    ).toBe(640);
  });
});

describe("donation", () => {
  test("a handle read before keeps its numbers, one nobody holds is written over", async () => {
    const v = tf.variable([1, 2, 3]);
    const step = tf.func(() => void v.assign(tf.mul(v.value, 2)));
    const old = v.value;
    step();
    step();
    expect(await numbers(old)).toEqual([1, 2, 3]);
    expect(await numbers(v.value)).toEqual([4, 8, 12]);
    v.dispose();
  });
  test("a training step allocates nothing but what it returns", async () => {
    const v = tf.variable([1, 2, 3]);
    const step = tf.func((x: tf.Tensor) => {
      v.assign(tf.add(v.value, x));
      return tf.sum(v.value);
    });
    const x = tf.tensor([1, 1, 1]);
    step(x).dispose();
    const bytes = tf.memory().numBytes;
    for (let n = 0; n < 50; n++) step(x).dispose();
    expect(tf.memory().numBytes).toBe(bytes);
    expect(await numbers(v.value)).toEqual([52, 53, 54]);
    x.dispose();
    v.dispose();
  });
});

describe("waiting", () => {
  test("a program whose choice depends on data is submitted at once, and later work waits behind it", async () => {
    const x = tf.tensor([3]);
    const f = tf.func((a: tf.Tensor) =>
      tf.cond(
        tf.greater(tf.sum(a), 0),
        () => tf.mul(a, 2),
        () => tf.neg(a),
      ),
    );
    const y = f(x);
    const one = tf.ones([1]);
    const z = tf.add(y, one);
    expect(await numbers(z)).toEqual([7]);
    tf.dispose([x, y, one]);
  });
  test("what waits is done when the backend says so, and nobody read for that", async () => {
    const events: string[] = [];
    const stop = tf.onEvent((e) => void ((e.kind === "read" || e.kind === "host") && events.push(e.kind)));
    const f = tf.func((x: tf.Tensor) =>
      tf.cond(
        tf.greater(tf.sum(x), 0),
        () => tf.mul(x, 2),
        () => tf.neg(x),
      ),
    );
    const x = tf.tensor([3]);
    const y = f(x);
    const z = f(y);
    // The second choice cannot be made before the first has been.
    expect(events).toEqual(["host"]);
    await tf.getBackend().finished!();
    stop();
    expect(events).toEqual(["host", "host"]);
    tf.dispose([x, y, z]);
  });
  test("loops run as far as their data says", async () => {
    const start: [tf.Tensor, tf.Tensor] = [tf.scalar(0), tf.ones([2])];
    const [n, y] = tf.whileLoop(
      ([i]) => tf.less(i, 5),
      ([i, x]) => [tf.add(i, 1), tf.mul(x, 2)],
      start,
    );
    expect(await numbers(n)).toEqual([5]);
    expect(await numbers(y)).toEqual([32, 32]);
    tf.dispose(start);
  });
});

describe("unknown sizes", () => {
  test("reach the body of a region that has no input of that size", async () => {
    const f = tf.func(
      (x: tf.Tensor, on: tf.Tensor) =>
        tf.cond(
          on,
          () => tf.fill(x.dims, 1),
          () => tf.fill(x.dims, 2),
        ),
      {
        inputSignature: [
          { shape: ["batch"], dtype: "float32" },
          { shape: [], dtype: "bool" },
        ],
      },
    );
    const on = tf.scalar(true);
    for (const n of [3, 5, 1, 3]) {
      const x = tf.zeros([n]);
      expect(await numbers(f(x, on))).toEqual(new Array(n).fill(1));
      x.dispose();
    }
    expect(f.traces).toBe(1);
    on.dispose();
  });
});

describe("pending reads", () => {
  test("keep their numbers when the tensor is disposed of before they come", async () => {
    const x = tf.tensor([1, 2, 3]);
    const pending = x.data();
    x.dispose();
    const other = tf.ones([3]);
    expect(Array.from((await pending) as Float32Array)).toEqual([1, 2, 3]);
    other.dispose();
  });
  test("keep their numbers when a variable is written over before they come", async () => {
    const v = tf.variable([1, 2, 3]);
    const step = tf.func(() => void v.assign(tf.mul(v.value, 10)));
    const handle = v.value;
    const pending = handle.data();
    handle.dispose();
    step();
    step();
    expect(Array.from((await pending) as Float32Array)).toEqual([1, 2, 3]);
    expect(await numbers(v.value)).toEqual([100, 200, 300]);
    v.dispose();
  });
});

describe("failures", () => {
  test("what waited for a failed program fails with it, and says why", async () => {
    const x = tf.tensor([1, 2]);
    const at = tf.tensor([5], [1], "int32");
    // The gather runs after the device was asked for the predicate, so its index is found bad when JavaScript has gone on.
    const late = tf.func((t: tf.Tensor, i: tf.Tensor) =>
      tf.cond(
        tf.greater(tf.sum(t), 0),
        () => tf.gather(t, i),
        () => tf.gather(t, tf.mul(i, 0)),
      ),
    );
    const y = late(x, at);
    const z = tf.add(y, y);
    await expect(z.data()).rejects.toThrow("index 5 is outside axis 0 of size 2");
    await expect(y.data()).rejects.toThrow(tf.IndexError);
    expect(await numbers(tf.add(x, x))).toEqual([2, 4]);
    tf.dispose([x, at, y, z]);
  });
  test("an allocation that fails is a typed error and leaves nothing behind", async () => {
    for (let failAt = 3; failAt < 12; failAt++) {
      await tf.setBackend(strictBackend({ failAt }));
      const made: tf.Tensor[] = [];
      const live = tf.memory().numTensors;
      try {
        const x = tf.tensor([1, 2, 3]);
        made.push(x);
        const y = tf.exp(x);
        made.push(y);
        for (let n = 0; n < 8; n++) made.push(tf.add(y, x));
      } catch (error) {
        expect(error).toBeInstanceOf(tf.OutOfMemoryError);
        expect(String(error)).toContain(`allocation ${failAt}`);
      }
      for (const t of made) expect(Array.from((await t.data()) as Float32Array)).toHaveLength(3);
      tf.dispose(made);
      expect(tf.memory().numTensors).toBe(live);
    }
  });
  test("a kernel with more buffers than the device allows is cut, or refused by name", async () => {
    await tf.setBackend(strictBackend({ buffers: 4 }));
    const xs = Array.from({ length: 9 }, (_, i) => tf.tensor([i, i]));
    const total = tf.func((...ts: tf.Tensor[]) => ts.map((t) => tf.exp(t)).reduce((a, b) => tf.add(a, b)));
    const expected = Array.from({ length: 9 }, (_, i) => Math.exp(i)).reduce((a, b) => a + b);
    expect((await numbers(total(...xs)))[0]! / expected).toBeCloseTo(1, 5);
    expect(() => tf.concat(xs)).toThrow(/takes 4 buffers/);
    tf.dispose(xs);
  });
  test("a tensor larger than a binding is refused by name, and its numbers stay readable", async () => {
    await tf.setBackend(strictBackend({ bindingBytes: 1024 }));
    const small = tf.fill([256], 2);
    const large = tf.tensor(new Float32Array(257).fill(3));
    expect(await numbers(tf.add(small, small))).toContain(4);
    expect(() => tf.exp(large)).toThrow(/bound 256 elements. Either the tensor is larger than bindingBytes/);
    expect(await numbers(large)).toHaveLength(257);
    small.dispose();
  });
});
