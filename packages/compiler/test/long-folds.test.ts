// Golden prints of long folds: what devices that ask for it get in two kernels.
import * as tf from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { longFolds } from "../src/device.ts";
import type { FoldParts } from "../src/index.ts";
import { compile, device, specOf } from "./compiled.ts";

describe("a long fold with few results", () => {
  /** What a device with many lanes would ask for. */
  const foldParts = (of: FoldParts["of"]): FoldParts => ({
    of,
    count: (elements, results) => (elements < 4096 ? 1 : Math.min(16384 / results, Math.sqrt(elements))),
  });
  const printed = (of: FoldParts["of"], spec: tf.Spec, fn: (x: tf.Tensor) => readonly tf.Tensor[]): string =>
    compile([spec], (x) => fn(x!), { ...device, cutFold: longFolds(foldParts(of)) }).print();
  test("is cut: a kernel folds parts, the next one what they came to, and finishes", () => {
    expect(printed("runs", specOf([1000, 1000]), (x) => [tf.sqrt(tf.mean(x))])).toMatchInlineSnapshot(`
      "0: kernel mean+sqrt parts: v0:float32[1000,1000] -> v1:float32[1000] @arena0 (parts)
      1: kernel mean+sqrt: v1:float32[1000] -> v2:float32[] @output0 (output)

      kernel mean+sqrt parts
      buffers b0: float32, b1: float32 out
      for i0 < 1000
        acc = 0
        fold r0 < 1000
          t0 = b0[1000*i0 + r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0
      kernel mean+sqrt
      buffers b0: float32, b1: float32 out
      for once
        acc = 0
        fold r0 < 1000
          t0 = b0[r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        t2 = div(acc0, 1000000)
        t3 = sqrt(t2)
        b1[0] = t3"
    `);
  });
  test("keeps what else is folded in its kernel, and is cut where the batch is unknown", () => {
    const sums = (x: tf.Tensor): tf.Tensor[] => [x, tf.square(x)].map((y) => tf.sum(y, { axis: [0, 1, 2] }));
    expect(printed("runs", specOf(["n", 28, 28, 8]), sums)).toMatchInlineSnapshot(`
      "0: kernel sum+sum parts: v0:float32[n,28,28,8] -> v1:float32[4*n,8] @arena0 (parts), v2:float32[4*n,8] @arena1 (parts)
      1: kernel sum+sum: v1:float32[4*n,8], v2:float32[4*n,8] -> v3:float32[8] @output0 (output), v4:float32[8] @output1 (output)

      kernel sum+sum parts
      buffers b0: float32, b1: float32 out, b2: float32 out
      for i0 < 4*n, i1 < 8
        acc = 0, 0
        fold r0 < 196
          t0 = b0[1568*i0 + 8*r0 + i1]
          t1 = mul(t0, t0)
          with t0, t1
          t2 = add(acc0, acc2)
          t3 = add(acc1, acc3)
          acc = t2, t3
        b1[8*i0 + i1] = acc0
        b2[8*i0 + i1] = acc1
      kernel sum+sum
      buffers b0: float32, b1: float32, b2: float32 out, b3: float32 out
      for i0 < 8
        acc = 0, 0
        fold r0 < 4*n
          t0 = b0[8*r0 + i0]
          t1 = b1[8*r0 + i0]
          with t0, t1
          t2 = add(acc0, acc2)
          t3 = add(acc1, acc3)
          acc = t2, t3
        b2[i0] = acc0
        b3[i0] = acc1"
    `);
  });
  test("of a size that cannot be divided has elements left over: one for each of the first parts", () => {
    expect(printed("strides", specOf([8209]), (x) => [tf.sum(x)])).toMatchInlineSnapshot(`
      "0: kernel sum parts: v0:float32[8209] -> v1:float32[91] @arena0 (parts)
      1: kernel sum: v1:float32[91], v0:float32[8209] -> v2:float32[] @output0 (output)

      kernel sum parts
      buffers b0: float32, b1: float32 out
      for i0 < 91
        acc = 0
        fold r0 < 90
          t0 = b0[91*r0 + i0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0
      kernel sum
      buffers b0: float32, b1: float32, b2: float32 out
      for once
        acc = 0
        fold r0 < 91
          t0 = b0[r0]
          t1 = r0
          t2 = lt(t1, 19:int32)
          t3 = b1[(r0 % 19) + 8190]
          t4 = select(t2, t3, 0)
          t5 = add(t0, t4)
          with t5
          t6 = add(acc0, acc1)
          acc = t6
        b2[0] = acc0"
    `);
  });
});
