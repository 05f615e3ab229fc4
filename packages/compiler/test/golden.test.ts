// Golden prints: what programs are compiled to. A refactor that changes one shows it here.
import * as tf from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import type { KernelProgram } from "../src/index.ts";
import { compile, kinds, specOf, withProducts } from "./compiled.ts";

describe("kernels", () => {
  test("a chain is one loop over the flattened elements", () => {
    const p = compile([specOf(["n", 4, 8]), specOf(["n", 4, 8])], (x, y) => [tf.tanh(tf.add(tf.mul(x!, 2), y!))]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel tanh: v0:float32[n,4,8], v1:float32[n,4,8] -> v2:float32[n,4,8] @output0 (output)

      kernel tanh
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < 32*n
        t0 = b0[i0]
        t1 = mul(t0, 2)
        t2 = b1[i0]
        t3 = add(t1, t2)
        t4 = tanh(t3)
        b2[i0] = t4"
    `);
  });
  test("parts side by side are one kernel that writes each section, and nothing else", () => {
    const sides = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.concat([tf.tanh(x), tf.mul(tf.tanh(x), y)], -1);
    expect(compile([specOf(["n", 16]), specOf(["n", 16])], (x, y) => [sides(x!, y!)]).print()).toMatchInlineSnapshot(`
      "0: kernel tanh+concat: v0:float32[n,16], v1:float32[n,16] -> v2:float32[n,32] @output0 (output)

      kernel tanh+concat
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < n, i1 < 16
        t0 = b0[16*i0 + i1]
        t1 = tanh(t0)
        t2 = b1[16*i0 + i1]
        t3 = mul(t1, t2)
        b2[32*i0 + i1] = t1
        b2[16 + 32*i0 + i1] = t3"
    `);
    // Zeros around parts, added up: what the gradient of a split is made of.
    const padded = (x: tf.Tensor): tf.Tensor =>
      tf.add(
        tf.pad(tf.exp(x), [
          [0, 0],
          [0, 32],
        ]),
        tf.pad(tf.tanh(x), [
          [0, 0],
          [32, 0],
        ]),
      );
    expect(compile([specOf(["n", 32])], (x) => [padded(x!)]).print()).toMatchInlineSnapshot(`
      "0: kernel exp+tanh+add: v0:float32[n,32] -> v1:float32[n,64] @output0 (output)

      kernel exp+tanh+add
      buffers b0: float32, b1: float32 out
      for i0 < n, i1 < 32
        t0 = b0[32*i0 + i1]
        t1 = exp(t0)
        t2 = tanh(t0)
        b1[64*i0 + i1] = t1
        b1[32 + 64*i0 + i1] = t2"
    `);
  });
  test("sections of odd sizes, and short ones, are told apart element by element", () => {
    for (const [a, b] of [
      [17, 16],
      [4, 4],
    ] as const)
      expect(compile([specOf(["n", a]), specOf(["n", b])], (x, y) => [tf.concat([x!, y!], -1)]).print()).toContain("select");
  });
  test("a bias is walked along its own axis", () => {
    expect(compile([specOf(["n", 10]), specOf([10])], (x, b) => [tf.relu(tf.add(x!, b!))]).print()).toMatchInlineSnapshot(`
      "0: kernel relu: v0:float32[n,10], v1:float32[10] -> v2:float32[n,10] @output0 (output)

      kernel relu
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < n, i1 < 10
        t0 = b0[10*i0 + i1]
        t1 = b1[i1]
        t2 = add(t0, t1)
        t3 = max(t2, 0)
        b2[10*i0 + i1] = t3"
    `);
  });
  test("folds over the same elements are one kernel", () => {
    const p = compile([specOf(["n", 10]), specOf(["n", 10])], (x, y) => [tf.sum(x!, { axis: 0 }), tf.max(tf.mul(x!, y!), { axis: 0 })]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel sum+max: v0:float32[n,10], v1:float32[n,10] -> v2:float32[10] @output0 (output), v3:float32[10] @output1 (output)

      kernel sum+max
      buffers b0: float32, b1: float32, b2: float32 out, b3: float32 out
      for i0 < 10
        acc = 0, -Infinity
        fold r0 < n
          t0 = b0[10*r0 + i0]
          t1 = b1[10*r0 + i0]
          t2 = mul(t0, t1)
          with t0, t2
          t3 = add(acc0, acc2)
          t4 = max(acc1, acc3)
          acc = t3, t4
        b2[i0] = acc0
        b3[i0] = acc1"
    `);
  });
  test("folds over different elements, or one of which reads the other, stay apart", () => {
    const spec = specOf([6, 6]);
    expect(kinds(compile([spec, spec], (x, y) => [tf.sum(x!, { axis: 0 }), tf.sum(y!, { axis: 0 })]))).toEqual(["sum", "sum"]);
    expect(kinds(compile([spec], (x) => [tf.sum(x!, { axis: 0 }), tf.sum(x!, { axis: 1 })]))).toEqual(["sum", "sum"]);
    const spread = (x: tf.Tensor): readonly tf.Tensor[] => {
      const m = tf.mean(x, { axis: 0 });
      return [m, tf.sum(tf.square(tf.sub(x, m)), { axis: 0 })];
    };
    expect(kinds(compile([spec], (x) => spread(x!)))).toEqual(["mean", "sum"]);
  });
  test("softmax stores the exponentials once", () => {
    expect(compile([specOf(["n", 10])], (x) => [tf.softmax(x!)]).print()).toMatchInlineSnapshot(`
      "0: kernel max: v0:float32[n,10] -> v1:float32[n] @arena0 (fold)
      1: kernel exp: v0:float32[n,10], v1:float32[n] -> v2:float32[n,10] @arena1 (shared)
      2: kernel sum: v2:float32[n,10] -> v3:float32[n] @arena2 (fold)
      3: kernel div: v2:float32[n,10], v3:float32[n] -> v4:float32[n,10] @output0 (output)

      kernel max
      buffers b0: float32, b1: float32 out
      for i0 < n
        acc = -Infinity
        fold r0 < 10
          t0 = b0[10*i0 + r0]
          with t0
          t1 = max(acc0, acc1)
          acc = t1
        b1[i0] = acc0
      kernel exp
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < n, i1 < 10
        t0 = b0[10*i0 + i1]
        t1 = b1[i0]
        t2 = sub(t0, t1)
        t3 = exp(t2)
        b2[10*i0 + i1] = t3
      kernel sum
      buffers b0: float32, b1: float32 out
      for i0 < n
        acc = 0
        fold r0 < 10
          t0 = b0[10*i0 + r0]
          with t0
          t1 = add(acc0, acc1)
          acc = t1
        b1[i0] = acc0
      kernel div
      buffers b0: float32, b1: float32, b2: float32 out
      for i0 < n, i1 < 10
        t0 = b0[10*i0 + i1]
        t1 = b1[i0]
        t2 = div(t0, t1)
        b2[10*i0 + i1] = t2"
    `);
  });
  test("Adam's three values are one kernel, written over what it read", () => {
    const s = specOf([3, 5]);
    const p = compile([s, s, s, s], (w, m, v, g) => {
      const m2 = tf.add(m!, tf.mul(tf.sub(g!, m!), 0.1));
      const v2 = tf.add(v!, tf.mul(tf.sub(tf.square(g!), v!), 0.001));
      return [tf.sub(w!, tf.div(tf.mul(m2, 0.01), tf.add(tf.sqrt(v2), 1e-7))), m2, v2];
    });
    expect(kinds(p)).toHaveLength(1);
    expect([...p.executable.plan.reuse.keys()].sort()).toEqual([0, 1, 2]);
    expect(new Set(p.executable.plan.reuse.values()).size).toBe(3);
  });
  test("what is made of scalars alone comes first: each variable's update is one kernel beside it", () => {
    const [n, w] = [specOf([], "int32"), specOf([3, 5])];
    const p = compile([n, w, w, w, w], (n, a, b, m, g) => {
      const rate = tf.div(0.1, tf.sqrt(tf.cast(tf.add(n!, 1), "float32")));
      const m2 = tf.add(tf.mul(m!, 0.9), g!);
      return [m2, tf.sub(a!, tf.mul(m2, rate)), tf.sub(b!, tf.mul(g!, rate)), tf.add(n!, 1)];
    });
    expect(kinds(p)).toEqual(["add+div", "add+sub+sub"]);
  });
  test("padding, slicing and gathering are conditions and places of a load", () => {
    const p = compile([specOf([4, 6]), specOf([3], "int32")], (x, i) => [
      tf.gather(
        tf.pad(tf.exp(x!), [
          [1, 1],
          [0, 0],
        ]),
        i!,
      ),
    ]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: kernel exp: v0:float32[4,6] -> v1:float32[4,6] @arena0 (broadcast)
      1: kernel gather: v2:int32[3], v1:float32[4,6] -> v3:float32[3,6] @output0 (output)

      kernel exp
      buffers b0: float32, b1: float32 out
      for i0 < 24
        t0 = b0[i0]
        t1 = exp(t0)
        b1[i0] = t1
      kernel gather
      buffers b0: int32, b1: float32, b2: float32 out
      for i0 < 3, i1 < 6
        t0 = b0[i0]
        t1 = -1 + t0 below 6 in axis 0 of gather(f32[6, 6], i32[3])
        t2 = le(0:int32, t1)
        t3 = lt(t1, 4:int32)
        t4 = and(t2, t3)
        t5 = b1[-6 + 6*t0 below 6 in axis 0 of gather(f32[6, 6], i32[3]) + i1] if t4
        t6 = select(t4, t5, 0)
        b2[6*i0 + i1] = t6"
    `);
  });
});

describe("views", () => {
  test("that compose to the identity vanish: an attention's heads, split and merged", () => {
    const p = compile([specOf(["n", 7, 12])], (x) => {
      const heads = tf.transpose(tf.reshape(x!, [-1, 7, 3, 4]), [0, 2, 1, 3]);
      return [tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), [-1, 7, 12])];
    });
    expect(kinds(p)).toEqual([]);
    expect(p.executable.plan.outputs).toEqual([{ kind: "input", at: 0 }]);
  });
  test("reach a matched kernel as strides: no copy for a transpose, a slice or a head", () => {
    const p = compile(
      [specOf(["n", 7, 12])],
      (x) => {
        const heads = tf.transpose(tf.reshape(x!, [-1, 7, 3, 4]), [0, 2, 1, 3]);
        return [tf.matMul(heads, heads, { transposeB: true })];
      },
      withProducts,
    );
    expect(kinds(p)).toEqual(["matMul"]);
    const [step] = p.executable.lowered.steps;
    expect(step!.kind === "matched" && step!.operands[0]!.layout.strides.slice(1)).toEqual([4, 12, 1]);
  });
  test("that no stride describes are copied first", () => {
    const p = compile(
      [specOf([6, 4])],
      (x) => [
        tf.matMul(
          tf.pad(x!, [
            [1, 1],
            [0, 0],
          ]),
          tf.ones([4, 2]),
        ),
      ],
      withProducts,
    );
    expect(kinds(p)).toEqual(["pad", "fill", "matMul"]);
  });
});

describe("epilogues", () => {
  test("look through views that leave rows where they lie", () => {
    const after = (fn: (y: tf.Tensor) => tf.Tensor): string[] =>
      kinds(compile([specOf(["n", 2, 3, 8]), specOf([8, 4])], (x, w) => [fn(tf.matMul(x!, w!))], withProducts));
    expect(after((y) => tf.relu(tf.reshape(y, [-1, 3, 4])))).toEqual(["matMul → relu"]);
    expect(after((y) => tf.reshape(tf.relu(tf.add(tf.reshape(y, [-1, 6, 4]), 1)), [-1, 4]))).toEqual(["matMul → reshape"]);
    // Rows of another length, and another order of rows.
    expect(after((y) => tf.relu(tf.reshape(y, [-1, 12])))).toEqual(["matMul", "relu"]);
    expect(after((y) => tf.relu(tf.transpose(y, [0, 2, 1, 3])))).toEqual(["matMul", "relu"]);
    // Where nothing is left to compute there is no epilogue.
    expect(after((y) => tf.reshape(y, [-1, 4]))).toEqual(["matMul"]);
  });
  test("take bias, activation and residual into the product", () => {
    const p = compile(
      [specOf(["n", 8]), specOf([8, 4]), specOf([4]), specOf(["n", 4])],
      (x, w, b, r) => [tf.relu(tf.add(tf.add(tf.matMul(x!, w!), b!), r!))],
      withProducts,
    );
    expect(kinds(p)).toEqual(["matMul → relu"]);
    expect(p.print()).toMatchInlineSnapshot(`
      "0: matched matMul then matMul+relu: v0:float32[n,8], v1:float32[8,4], v2:float32[n,4], v3:float32[4], v4:float32[n,4] -> v5:float32[n,4] @output0 (output), v2:float32[n,4] @output0 (kernel result)

      kernel matMul+relu
      buffers b0: float32, b1: float32, b2: float32, b3: float32 out blocked
      for i0 < n, i1 < 4
        t0 = b0[4*i0 + i1]
        t1 = b1[i1]
        t2 = add(t0, t1)
        t3 = b2[4*i0 + i1]
        t4 = add(t2, t3)
        t5 = max(t4, 0)
        b3[4*i0 + i1] = t5"
    `);
  });
  test("are refused where something else reads the product", () => {
    const p = compile(
      [specOf([6, 8]), specOf([8, 4])],
      (x, w) => {
        const y = tf.matMul(x!, w!);
        return [tf.relu(y), tf.sum(y)];
      },
      withProducts,
    );
    expect(kinds(p)).toContain("matMul");
    expect(kinds(p)).toContain("relu");
  });
});

describe("storing", () => {
  const reasonsOf = (p: KernelProgram): string[] => [...p.executable.lowered.reasons].map(([v, why]) => `${v.node!.op.name}: ${why}`);
  test("shared: dearer than a load, and read by two kernels", () => {
    const p = compile([specOf([5, 7])], (x) => {
      const e = tf.exp(x!);
      return [tf.sum(e, { axis: 0 }), tf.sum(tf.mul(e, e), { axis: 1 })];
    });
    expect(reasonsOf(p)).toContain("exp: shared");
  });
  test("not shared: cheaper than a load", () => {
    const p = compile([specOf([5, 7])], (x) => {
      const e = tf.neg(x!);
      return [tf.sum(e, { axis: 0 }), tf.sum(e, { axis: 1 })];
    });
    expect(reasonsOf(p).some((r) => r.startsWith("neg"))).toBe(false);
  });
  test("broadcast: a product would compute it once a column", () => {
    const p = compile([specOf([5, 7]), specOf([7, 9])], (x, y) => [tf.matMul(tf.tanh(x!), y!)]);
    expect(reasonsOf(p)).toContain("tanh: broadcast");
  });
  test("a fold takes in the maps that alone read it", () => {
    expect(kinds(compile([specOf([5, 7])], (x) => [tf.sqrt(tf.mean(x!, { axis: 1 }))]))).toEqual(["mean+sqrt"]);
  });
});
