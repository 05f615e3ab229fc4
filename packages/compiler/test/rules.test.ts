// The compiler's rules, each with the kernels that come of it. `pnpm bench --only fusion` times the same examples with and without.
import * as tf from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { type Device, kernelBackend, type Matched, type MatchedCall } from "../src/index.ts";
import { compile, device, gemm, kinds, specOf, withProducts } from "./compiled.ts";

const square = specOf([6, 6]);
const heads = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [-1, 7, 3, 4]), [0, 2, 1, 3]);
const pool: Matched = { ...gemm, operands: "contiguous", epilogue: false };
const withPools: Device = { ...device, kernels: { maxPool: pool, maxPoolGrad: pool } };
function gradientOf(fn: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const entries: tf.TapeEntry[] = [];
  const y = tf.recording(entries, () => fn(x));
  return tf.backprop(entries, [y], [dy], [x])[0] as tf.Tensor;
}
/** Of images and of what is added to each of their channels. */
function gradients(x: tf.Tensor, dy: tf.Tensor, options?: Parameters<typeof tf.maxPool>[2]): tf.Tensor[] {
  const dx = gradientOf((x) => tf.maxPool(tf.relu(x), 2, options), x, dy);
  return [dx, tf.sum(dx, { axis: [0, 1, 2] })];
}

describe("rules", () => {
  test("maps are composed", () => {
    const p = compile([square, square], (x, y) => [tf.sub(tf.mul(x!, y!), tf.mul(tf.add(x!, y!), 0.5))]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sub: v0:float32[6,6], v1:float32[6,6] -> v2:float32[6,6] @output0 (output)

      kernel sub
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = b1[i0]
        t2 = mul(t0, t1)
        t3 = add(t0, t1)
        t4 = mul(t3, 0.5)
        t5 = sub(t2, t4)
        b2[i0] = t5"
    `);
  });
  test("views are places of their reader's loads", () => {
    const p = compile([square], (x) => [tf.sub(tf.slice(x!, [0, 1], [-1, -1]), tf.slice(x!, [0, 0], [-1, 5]))]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sub: v0:float32[6,6] -> v1:float32[6,5] @output0 (output)

      kernel sub
      buffers b0: float32, b1: float32 out
      for i0 < 6, i1 < 5
        t0 = b0[1 + 6*i0 + i1]
        t1 = b0[6*i0 + i1]
        t2 = sub(t0, t1)
        b1[5*i0 + i1] = t2"
    `);
  });
  test("a transpose is one, too", () => {
    expect(compile([square, square], (x, y) => [tf.add(tf.transpose(x!), y!)]).print()).toMatchInlineSnapshot(`
      "0: kernel add: v0:float32[6,6], v1:float32[6,6] -> v2:float32[6,6] @output0 (output)

      kernel add
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 6, i1 < 6
        t0 = b0[6*i1 + i0]
        t1 = b1[6*i0 + i1]
        t2 = add(t0, t1)
        b2[6*i0 + i1] = t2"
    `);
  });
  test("views that undo each other are gone", () => {
    const p = compile([specOf(["n", 7, 12])], (x) => [tf.reshape(tf.transpose(tf.mul(heads(x!), 0.5), [0, 2, 1, 3]), [-1, 7, 12])]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel reshape: v0:float32[n,7,12] -> v1:float32[n,7,12] @output0 (output)

      kernel reshape
      buffers b0: float32, b1: float32 out
      for i0 < 84*n
        t0 = b0[i0]
        t1 = mul(t0, 0.5)
        b1[i0] = t1"
    `);
  });
  test("light values are made again by each kernel that reads them", () => {
    const p = compile([square], (x) => [tf.sum(tf.square(x!), { axis: 0 }), tf.sum(tf.square(x!), { axis: 1 })]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sum: v0:float32[6,6] -> v1:float32[6] @output0 (output)
      1: kernel sum: v0:float32[6,6] -> v2:float32[6] @output1 (output)

      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*r0 + i0]
          t1 = mul(t0, t0)
          with t1
          t2 = add(acc0, acc1)
          acc = t2
        b1[i0] = acc0
      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*i0 + r0]
          t1 = mul(t0, t0)
          with t1
          t2 = add(acc0, acc1)
          acc = t2
        b1[i0] = acc0"
    `);
  });
  test("what serves a whole row is no load: rows without their mean are made again", () => {
    const p = compile([specOf([6, 40])], (x) => {
      const centred = tf.sub(x!, tf.mean(x!, { axis: 1, keepDims: true }));
      return [tf.sum(tf.square(centred), { axis: 1 }), centred].map((y) => tf.mul(y, 2));
    });
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel mean: v0:float32[6,40] -> v1:float32[6] @arena0 (fold)
      1: kernel sum+mul: v0:float32[6,40], v1:float32[6] -> v2:float32[6] @output0 (output)
      2: kernel mul: v0:float32[6,40], v1:float32[6] -> v3:float32[6,40] @output1 (output)

      kernel mean
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 40
          t0 = b0[40*i0 + r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        t2 = div(acc0, 40)
        b1[i0] = t2
      kernel sum+mul
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 40
          t0 = b0[40*i0 + r0]
          t1 = b1[i0]
          t2 = sub(t0, t1)
          t3 = mul(t2, t2)
          with t3
          t4 = add(acc0, acc1)
          acc = t4
        t5 = mul(acc0, 2)
        b2[i0] = t5
      kernel mul
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 6, i1 < 40
        t0 = b0[40*i0 + i1]
        t1 = b1[i0]
        t2 = sub(t0, t1)
        t3 = mul(t2, 2)
        b2[40*i0 + i1] = t3"
    `);
  });
  test("dear values that several kernels read are stored once", () => {
    const p = compile([square], (x) => [tf.sum(tf.tanh(x!), { axis: 0 }), tf.sum(tf.tanh(x!), { axis: 1 })]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel tanh: v0:float32[6,6] -> v1:float32[6,6] @arena0 (shared)
      1: kernel sum: v1:float32[6,6] -> v2:float32[6] @output0 (output)
      2: kernel sum: v1:float32[6,6] -> v3:float32[6] @output1 (output)

      kernel tanh
      buffers b0: float32, b1: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = tanh(t0)
        b1[i0] = t1
      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*r0 + i0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0
      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*i0 + r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0"
    `);
  });
  test("dear values are stored before a broadcast", () => {
    const p = compile([specOf([6]), square], (b, x) => [tf.mul(tf.tanh(b!), x!)]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel tanh: v0:float32[6] -> v1:float32[6] @arena0 (broadcast)
      1: kernel mul: v1:float32[6], v2:float32[6,6] -> v3:float32[6,6] @output0 (output)

      kernel tanh
      buffers b0: float32, b1: float32 out
      for i0 < 6
        t0 = b0[i0]
        t1 = tanh(t0)
        b1[i0] = t1
      kernel mul
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 6, i1 < 6
        t0 = b0[i1]
        t1 = b1[6*i0 + i1]
        t2 = mul(t0, t1)
        b2[6*i0 + i1] = t2"
    `);
  });
  test("folds take in the maps that they read", () => {
    const p = compile([square, square], (x, y) => [tf.sum(tf.abs(tf.sub(x!, y!)), { axis: -1 })]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sum: v0:float32[6,6], v1:float32[6,6] -> v2:float32[6] @output0 (output)

      kernel sum
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*i0 + r0]
          t1 = b1[6*i0 + r0]
          t2 = sub(t0, t1)
          t3 = abs(t2)
          with t3
          t4 = add(acc0, acc1)
          acc = t4
        b2[i0] = acc0"
    `);
  });
  test("folds take in the maps that read them", () => {
    expect(compile([square], (x) => [tf.tanh(tf.mean(x!, { axis: -1 }))]).print()).toMatchInlineSnapshot(`
      "0: kernel mean+tanh: v0:float32[6,6] -> v1:float32[6] @output0 (output)

      kernel mean+tanh
      buffers b0: float32, b1: float32 out
      for i0 < 6
        acc = 0
        fold r0 < 6
          t0 = b0[6*i0 + r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        t2 = div(acc0, 6)
        t3 = tanh(t2)
        b1[i0] = t3"
    `);
  });
  test("long functions of many short rows are a kernel of their own, which does several rows at once", () => {
    const meanOf = (rows: number | string, columns: number, f: (x: tf.Tensor) => tf.Tensor, axis = -1): string[] =>
      kinds(compile([specOf([rows, columns])], (x) => [f(tf.mean(x!, { axis }))]));
    expect(meanOf(100_000, 8, tf.tanh)).toEqual(["mean", "tanh"]);
    // Long rows, few rows, a single instruction, columns, which are several results at once in any case.
    expect(meanOf(100_000, 17, tf.tanh)).toEqual(["mean+tanh"]);
    expect(meanOf("batch", 8, tf.tanh)).toEqual(["mean+tanh"]);
    expect(meanOf(100_000, 8, tf.sqrt)).toEqual(["mean+sqrt"]);
    expect(meanOf(8, 100_000, tf.tanh, 0)).toEqual(["mean+tanh"]);
  });
  test("a product's epilogue finishes its blocks", () => {
    const specs = [specOf([5, 3]), specOf([3, 4]), specOf([4])];
    const p = compile(specs, (x, w, b) => [tf.relu(tf.add(tf.matMul(x!, w!), b!))], withProducts);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: matched matMul then matMul+relu: v0:float32[5,3], v1:float32[3,4], v2:float32[5,4], v3:float32[4] -> v4:float32[5,4] @output0 (output), v2:float32[5,4] @output0 (kernel result)

      kernel matMul+relu
      buffers b0: float32, b1: float32, b2: float32 out blocked
      for i0 < 5, i1 < 4
        t0 = b0[4*i0 + i1]
        t1 = b1[i1]
        t2 = add(t0, t1)
        t3 = max(t2, 0)
        b2[4*i0 + i1] = t3"
    `);
  });
  test("a product reads views by their strides", () => {
    const p = compile([specOf([2, 7, 12])], (x) => [tf.matMul(heads(x!), heads(x!), { transposeB: true })], withProducts);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: matched matMul: v0:float32[2,7,12], v0:float32[2,7,12] -> v1:float32[2,3,7,7] @output0 (kernel result)
      "
    `);
    const layout = { offset: 0, strides: [84, 4, 12, 1] };
    expect(p.executable.lowered.steps).toMatchObject([{ operands: [{ layout }, { layout }] }]);
  });
  test("maps over the same loops are one kernel, which writes over what it read", () => {
    const p = compile([square, square, square], (w, m, g) => {
      const mean = tf.add(m!, tf.mul(tf.sub(g!, m!), 0.1));
      return [tf.sub(w!, tf.mul(mean, 0.01)), mean];
    });
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel add+sub: v0:float32[6,6], v1:float32[6,6], v2:float32[6,6] -> v3:float32[6,6] @output1 (output), v4:float32[6,6] @output0 (output)

      kernel add+sub
      buffers b0: float32, b1: float32, b2: float32, b3: float32 out, b4: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = b1[i0]
        t2 = sub(t1, t0)
        t3 = mul(t2, 0.1)
        t4 = add(t0, t3)
        t5 = b2[i0]
        t6 = mul(t4, 0.01)
        t7 = sub(t5, t6)
        b3[i0] = t4
        b4[i0] = t7"
    `);
    expect(p.executable.plan.reuse).toEqual(
      new Map([
        [1, 0],
        [0, 1],
      ]),
    );
  });
  test("what is made of scalars alone comes first", () => {
    const p = compile([specOf([]), square, square], (steps, a, b) => {
      const rate = tf.div(0.1, tf.sqrt(tf.add(steps!, 2)));
      return [tf.mul(a!, 2), tf.sub(b!, tf.mul(a!, rate))];
    });
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel div: v0:float32[] -> v1:float32[] @arena0 (broadcast)
      1: kernel mul+sub: v2:float32[6,6], v3:float32[6,6], v1:float32[] -> v4:float32[6,6] @output0 (output), v5:float32[6,6] @output1 (output)

      kernel div
      buffers b0: float32, b1: float32 out
      for once
        t0 = b0[0]
        t1 = add(t0, 2)
        t2 = sqrt(t1)
        t3 = div(0.1, t2)
        b1[0] = t3
      kernel mul+sub
      buffers b0: float32, b1: float32, b2: float32, b3: float32 out, b4: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = mul(t0, 2)
        t2 = b1[i0]
        t3 = b2[0]
        t4 = mul(t0, t3)
        t5 = sub(t2, t4)
        b3[i0] = t1
        b4[i0] = t5"
    `);
  });
  test("folds over the same elements are one kernel", () => {
    const p = compile([square], (x) => [tf.sum(x!, { axis: 0 }), tf.sum(tf.square(x!), { axis: 0 })]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sum+sum: v0:float32[6,6] -> v1:float32[6] @output0 (output), v2:float32[6] @output1 (output)

      kernel sum+sum
      buffers b0: float32, b1: float32 out, b2: float32 out
      for i0 < 6
        acc = 0, 0
        fold r0 < 6
          t0 = b0[6*r0 + i0]
          t1 = mul(t0, t0)
          with t0, t1
          t2 = add(acc0, acc2)
          t3 = add(acc1, acc3)
          acc = t2, t3
        b1[i0] = acc0
        b2[i0] = acc1"
    `);
  });
  test("kernels are cut where one part ends", () => {
    const part = specOf(["n", 16]);
    const p = compile([part, part], (x, y) => [tf.concat([tf.mul(x!, 2), tf.add(y!, 1)], -1)]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel concat: v0:float32[n,16], v1:float32[n,16] -> v2:float32[n,32] @output0 (output)

      kernel concat
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < n, i1 < 16
        t0 = b0[16*i0 + i1]
        t1 = mul(t0, 2)
        t2 = b1[16*i0 + i1]
        t3 = add(t2, 1)
        b2[32*i0 + i1] = t1
        b2[16 + 32*i0 + i1] = t3"
    `);
  });
  test("loops have what all steps read prepared once", async () => {
    const calls: string[] = [];
    const product: Matched = {
      ...gemm,
      preparation: { operand: 1, bytes: () => 64, part: () => 1, make: () => void calls.push("prepare") },
      run: ({ prepared }: MatchedCall) => void calls.push(prepared === undefined ? "multiply" : "multiply by what is prepared"),
    };
    const on = { ...device, kernels: { matMul: product } };
    const three = (h: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      tf.scan((h: tf.Tensor) => [tf.tanh(tf.matMul(h, w)), []] as const, h, [], { length: 3 })[0];
    const p = compile([square, square], (h, w) => [three(h!, w!)], on);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: region scan: v0:float32[6,6], v1:float32[6,6] -> v2:float32[6,6] @output0 (kernel result)

      kernel matMul+tanh
      buffers b0: float32, b1: float32 out blocked
      for i0 < 6, i1 < 6
        t0 = b0[6*i0 + i1]
        t1 = tanh(t0)
        b1[6*i0 + i1] = t1"
    `);
    const backend = kernelBackend(on);
    const given = [0, 1].map(() => backend.store(new Uint8Array(6 * 6 * 4), tf.makeSpec([6, 6], "float32")));
    const [result] = p.run(given);
    await backend.read(result!);
    expect(calls).toEqual(["prepare", ...Array<string>(3).fill("multiply by what is prepared")]);
  });
  test("equal ops are one", () => {
    expect(compile([square], (x) => [tf.add(tf.tanh(x!), tf.mul(tf.tanh(x!), 2))]).print()).toMatchInlineSnapshot(`
      "0: kernel add: v0:float32[6,6] -> v1:float32[6,6] @output0 (output)

      kernel add
      buffers b0: float32, b1: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = tanh(t0)
        t2 = mul(t1, 2)
        t3 = add(t1, t2)
        b1[i0] = t3"
    `);
  });
  test("a stored view whose elements lie as they lay is no kernel", () => {
    const p = compile([square], (x) => [tf.exp(x!), tf.reshape(tf.exp(x!), [36])]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel exp: v0:float32[6,6] -> v1:float32[6,6] @output0 (output)

      kernel exp
      buffers b0: float32, b1: float32 out
      for i0 < 36
        t0 = b0[i0]
        t1 = exp(t0)
        b1[i0] = t1"
    `);
    expect(p.executable.plan.outputs).toEqual([
      { kind: "output", at: 0 },
      { kind: "output", at: 0 },
    ]);
  });
  test("loops are split where an index divides, and merged where all walk them as one", () => {
    const p = compile([specOf([2, 3, 4, 5])], (x) => [tf.reshape(tf.exp(tf.transpose(x!, [1, 0, 2, 3])), [3, 40])]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel reshape: v0:float32[2,3,4,5] -> v1:float32[3,40] @output0 (output)

      kernel reshape
      buffers b0: float32, b1: float32 out
      for i0 < 3, i1 < 2, i2 < 20
        t0 = b0[20*i0 + 60*i1 + i2]
        t1 = exp(t0)
        b1[20*i1 + 40*i0 + i2] = t1"
    `);
  });
  test("masks and sums come ahead of a pooling's gradient", () => {
    const p = compile([specOf(["n", 4, 6, 2]), specOf(["n", 2, 3, 2])], (x, dy) => gradients(x!, dy!), withPools);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel relu: v0:float32[n,4,6,2] -> v1:float32[n,4,6,2] @arena0 (operand)
      1: matched maxPool: v1:float32[n,4,6,2] -> v2:float32[n,2,3,2] @arena1 (kernel result), v3:int32[n,2,3,2] @arena2 (kernel result)
      2: kernel where: v2:float32[n,2,3,2], v4:float32[n,2,3,2] -> v5:float32[n,2,3,2] @arena3 (operand)
      3: matched maxPoolGrad: v5:float32[n,2,3,2], v3:int32[n,2,3,2] -> v6:float32[n,4,6,2] @output0 (kernel result)
      4: kernel sum: v5:float32[n,2,3,2] -> v7:float32[2] @output1 (output)

      kernel relu
      buffers b0: float32, b1: float32 out
      for i0 < 48*n
        t0 = b0[i0]
        t1 = max(t0, 0)
        b1[i0] = t1
      kernel where
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 12*n
        t0 = b0[i0]
        t1 = lt(0, t0)
        t2 = b1[i0]
        t3 = select(t1, t2, 0)
        b2[i0] = t3
      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < 2
        acc = 0
        fold r0 < 6*n
          t0 = b0[2*r0 + i0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0"
    `);
  });
  test("where maxima may lie in the padding, sums come after it", () => {
    const padded = { padding: "same", strides: 1 } as const;
    const p = compile([specOf(["n", 4, 6, 2]), specOf(["n", 4, 6, 2])], (x, dy) => gradients(x!, dy!, padded), withPools);
    expect(p.print().split("\n\n")[0]).toMatchInlineSnapshot(`
      "0: kernel relu: v0:float32[n,4,6,2] -> v1:float32[n,4,6,2] @arena0 (operand)
      1: matched maxPool: v1:float32[n,4,6,2] -> v2:float32[n,4,6,2] @arena1 (kernel result), v3:int32[n,4,6,2] @arena2 (kernel result)
      2: kernel where: v2:float32[n,4,6,2], v4:float32[n,4,6,2] -> v5:float32[n,4,6,2] @arena3 (operand)
      3: matched maxPoolGrad: v5:float32[n,4,6,2], v3:int32[n,4,6,2] -> v6:float32[n,4,6,2] @output0 (kernel result)
      4: kernel sum: v6:float32[n,4,6,2] -> v7:float32[2] @output1 (output)"
    `);
  });
  test("masks of something else come after it", () => {
    const specs = [specOf(["n", 4, 6, 2]), specOf(["n", 2, 3, 2]), specOf(["n", 4, 6, 2])];
    const p = compile(
      specs,
      (x, dy, z) => [
        tf.where(
          tf.greater(z!, 0),
          gradientOf((x) => tf.maxPool(x, 2), x!, dy!),
          0,
        ),
      ],
      withPools,
    );
    expect(p.print().split("\n\n")[0]).toMatchInlineSnapshot(`
      "0: matched maxPool: v0:float32[n,4,6,2] -> v1:float32[n,2,3,2] @arena0 (kernel result), v2:int32[n,2,3,2] @arena1 (kernel result)
      1: matched maxPoolGrad: v3:float32[n,2,3,2], v2:int32[n,2,3,2] -> v4:float32[n,4,6,2] @arena2 (kernel result)
      2: kernel where: v5:float32[n,4,6,2], v4:float32[n,4,6,2] -> v6:float32[n,4,6,2] @output0 (output)"
    `);
  });
});
