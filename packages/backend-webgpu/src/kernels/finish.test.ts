// Maps after a product are done where it stores its results: one dispatch, and equal to the interpreter.
import * as tf from "@antler/tensor-core";
import { expect, test } from "vitest";
import { counted } from "../../test/dispatches.ts";
import { gpuWithHalves } from "../../test/gpus.ts";
import { findDevice } from "../adapter.ts";
import { createWebGpuBackend } from "../index.ts";

const counter = counted((await findDevice({ gpu: await gpuWithHalves() })).device);
const [reference, gpu] = [tf.createReferenceBackend(), await createWebGpuBackend({ device: counter.device })] as const;
const whole = (shape: readonly number[], seed: number, dtype: tf.DType = "float32"): tf.Tensor =>
  tf.cast(tf.randomUniform(shape, { seed: [seed, 0], minval: -4, maxval: 5, dtype: "int32" }), dtype);

interface Case {
  readonly name: string;
  readonly given: readonly tf.Tensor[] | (() => readonly tf.Tensor[]);
  readonly call: (...given: tf.Tensor[]) => tf.Tensor;
  readonly dispatches: number;
}
const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.relu(tf.add(tf.matMul(x, w), b));
const cases: readonly Case[] = [
  {
    name: "a dense layer",
    given: () => [whole([33, 20], 1), whole([20, 40], 2), whole([40], 3)],
    call: dense as Case["call"],
    dispatches: 1,
  },
  {
    name: "odd columns",
    given: () => [whole([33, 20], 1), whole([20, 41], 2), whole([41], 3)],
    call: dense as Case["call"],
    dispatches: 1,
  },
  { name: "few rows", given: () => [whole([2, 20], 1), whole([20, 41], 2), whole([41], 3)], call: dense as Case["call"], dispatches: 1 },
  { name: "few columns", given: () => [whole([30, 20], 1), whole([20, 2], 2), whole([2], 3)], call: dense as Case["call"], dispatches: 1 },
  {
    name: "a long sum in parts",
    given: () => [whole([33, 2000], 1), whole([2000, 40], 2), whole([40], 3)],
    call: dense as Case["call"],
    dispatches: 2,
  },
  {
    name: "16 bits",
    given: () => [whole([33, 20], 1, "float16"), whole([20, 40], 2, "float16"), whole([40], 3, "float16")],
    call: (x, w, b) => tf.cast(dense(x!, w!, b!), "float32"),
    dispatches: 1,
  },
  {
    name: "a residual beside",
    given: () => [whole([33, 20], 1), whole([20, 20], 2)],
    call: (x, w) => tf.add(tf.matMul(x!, w!), x!),
    dispatches: 1,
  },
  {
    name: "to another dtype",
    given: () => [whole([9, 20], 1), whole([20, 40], 2)],
    call: (x, w) => tf.greater(tf.matMul(x!, w!), 0),
    dispatches: 1,
  },
  {
    name: "a convolution",
    given: () => [whole([2, 6, 5, 4], 1), whole([3, 3, 4, 8], 2), whole([8], 3)],
    call: (x, w, b) => tf.relu(tf.add(tf.conv2d(x!, w!, { padding: "same" }), b!)),
    dispatches: 1,
  },
  {
    name: "a depthwise convolution",
    given: () => [whole([2, 6, 5, 4], 1), whole([3, 3, 4, 1], 2), whole([4], 3)],
    call: (x, w, b) => tf.relu(tf.add(tf.depthwiseConv2d(x!, w!), b!)),
    dispatches: 1,
  },
];

test.each(cases)(
  "$name",
  async ({ given, call, dispatches }) => {
    const results: number[][] = [];
    for (const backend of [reference, gpu]) {
      await tf.setBackend(backend);
      const f = tf.func(call);
      const inputs = typeof given === "function" ? given() : given;
      await Promise.all(inputs.map((x) => x.data()));
      counter.dispatches();
      const y = f(...inputs);
      if (backend === gpu) expect(counter.dispatches()).toBe(dispatches);
      results.push([...(await y.data())] as number[]);
    }
    expect(results[1]).toEqual(results[0]);
  },
  120_000,
);

test("another batch size needs no other pipelines", async () => {
  await tf.setBackend(gpu);
  const f = tf.func(
    (x: tf.Tensor, w: tf.Tensor, v: tf.Tensor) => {
      const images = tf.maxPool(tf.relu(tf.conv2d(x, w, { padding: "same" })), 2);
      return tf.relu(tf.matMul(tf.reshape(images, [-1, 72]), v));
    },
    {
      inputSignature: [
        [null, 6, 6, 4],
        [3, 3, 4, 8],
        [72, 12],
      ].map((shape) => ({ shape, dtype: "float32" as const })),
    },
  );
  const [w, v] = [whole([3, 3, 4, 8], 1), whole([72, 12], 2)];
  for (const batch of [20, 33, 27]) {
    const x = whole([batch, 6, 6, 4], 3);
    await x.data();
    counter.pipelines();
    await f(x, w, v).data();
    if (batch !== 20) expect(counter.pipelines()).toBe(0);
  }
}, 120_000);
