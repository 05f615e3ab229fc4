// Long folds cut in two kernels: every dtype, size and place where that happens, on a device that cuts short ones, too.
import * as tf from "@antler/tensor-core";
import { fuzz, onBackend } from "@antler/tensor-core/testing";
import { describe, expect, test } from "vitest";
import type { FoldParts, KernelBackend } from "../src/index.ts";
import { strictBackend } from "../src/testing/index.ts";

/** About four elements a part. */
const short = (of: FoldParts["of"]): FoldParts => ({ of, count: (elements) => elements / 4 });
const orders = ["runs", "strides"] as const;
const backendOf = (of: FoldParts["of"], buffers = 16): KernelBackend => strictBackend({ foldParts: short(of), buffers });
const spec = (shape: tf.Shape, dtype: tf.DType = "float32"): tf.Spec => tf.makeSpec(shape, dtype);

type Body = (...xs: readonly tf.Tensor[]) => readonly tf.Tensor[];
function kernelsOf(backend: KernelBackend, specs: readonly tf.Spec[], body: Body): string[] {
  const { graph } = tf.trace(
    "test",
    specs,
    (xs) => body(...xs),
    (ys) => ys,
  );
  return backend
    .compile(graph)
    .executable.kernels()
    .map((k) => k.name);
}
const whole = (shape: number[], dtype: tf.DType = "float32"): tf.Tensor =>
  tf.cast(tf.randomUniform(shape, { seed: [5, 0], minval: -9, maxval: 10, dtype: "int32" }), dtype);
/** Whole numbers, whose sums are exact in any order, on a backend that cuts and on the reference. */
async function expectEqual(backend: KernelBackend, make: () => tf.Tensor): Promise<void> {
  const [got, want] = [onBackend(backend, make), onBackend(tf.referenceBackend(), make)];
  expect([...(await got.data())]).toEqual([...(await want.data())]);
}

describe.each(orders)("parts that are %s", (of) => {
  const backend = backendOf(of);

  test.each([8, 9, 12, 13, 16, 31, 64, 97, 120])("of %i elements", async (n) => {
    expect(kernelsOf(backend, [spec([n])], (x) => [tf.sum(x!)])).toEqual(["sum parts", "sum"]);
    await expectEqual(backend, () => tf.sum(whole([n])));
    await expectEqual(backend, () => tf.argMax(whole([n])));
    await expectEqual(backend, () => tf.max(whole([n, 3]), { axis: 0 }));
    await expectEqual(backend, () => tf.sum(whole([3, n]), { axis: 1 }));
    await expectEqual(backend, () => tf.sum(tf.mul(whole([n, 2, 5]), tf.iota([n, 2, 5], 0, "float32")), { axis: [0, 2] }));
  });
  test.each(["int8", "int32", "uint16", "bool"] as const)("in %s", async (dtype) => {
    const make = (): tf.Tensor => whole([101], dtype);
    if (dtype === "bool") {
      await expectEqual(backend, () => tf.all(make()));
      await expectEqual(backend, () => tf.any(tf.logicalNot(make())));
    } else for (const fold of [tf.sum, tf.max, tf.argMin]) await expectEqual(backend, () => fold(make()));
  });
  test("with NaN, infinity and equal elements in different parts", async () => {
    const numbers = [3, 7, 1, 7, 0, 2, 7, 5, -1, 7, 4];
    await expectEqual(backend, () => tf.argMax(tf.tensor(numbers)));
    await expectEqual(backend, () => tf.argMax(tf.tensor([...numbers, Number.NaN, 9, Number.NaN])));
    await expectEqual(backend, () => tf.max(tf.tensor([...numbers, Number.NEGATIVE_INFINITY])));
    // Behind the last part nothing may be made of what is not there: an infinity times zero would show.
    await expectEqual(backend, () => tf.sum(tf.div(1, tf.tensor([...numbers, 1, 1, 2]))));
  });
  test("that are read through a gather", async () => {
    const places = Array.from({ length: 23 }, (_, i) => (i * 7) % 11);
    await expectEqual(backend, () => tf.sum(tf.gather(whole([11]), tf.tensor(places, undefined, "int32"))));
  });
  test("several folds of one kernel, and maps after them", async () => {
    const both: Body = (x) => [tf.sqrt(tf.mean(tf.square(x!))), tf.sum(x!)];
    expect(kernelsOf(backend, [spec([54])], both)).toHaveLength(2);
    for (const k of [0, 1]) await expectEqual(backend, () => both(whole([54]))[k]!);
  });
  test("of unknown sizes, wherever a number divides them", async () => {
    const n = tf.symbol("n");
    const columns = (x: tf.Tensor): tf.Tensor => tf.sum(x, { axis: [0, 1] });
    expect(kernelsOf(backend, [spec([n, 6, 5])], (x) => [columns(x!)])).toEqual(["sum parts", "sum"]);
    // Nothing but a batch, or what a batch is multiplied with: one piece of work.
    expect(kernelsOf(backend, [spec([n])], (x) => [tf.sum(x!)])).toEqual(["sum"]);
    expect(kernelsOf(backend, [spec([n, tf.symbol("m"), 5])], (x) => [columns(x!)])).toEqual(["sum"]);
    const f = tf.func(columns, { inputSignature: [spec([n, 6, 5])] });
    for (const batch of [0, 1, 2, 33]) await expectEqual(backend, () => f(whole([batch, 6, 5])));
    const g = tf.func((x: tf.Tensor) => tf.sum(x, { axis: [1, 3] }), { inputSignature: [spec([3, n, 4, 8])] });
    for (const batch of [1, 7]) await expectEqual(backend, () => g(whole([3, batch, 4, 8])));
  });
  test("in the body of a loop", async () => {
    const step = (total: tf.Tensor, x: tf.Tensor): readonly [tf.Tensor, tf.Tensor] => [tf.add(total, tf.sum(x)), tf.argMax(x)];
    expect(kernelsOf(backend, [spec([3, 41])], (x) => tf.scan(step, tf.scalar(0), x!))).toEqual(["sum+add+argMax parts", "sum+add+argMax"]);
    for (const k of [0, 1] as const) await expectEqual(backend, () => tf.scan(step, tf.scalar(0), whole([3, 41]))[k]);
  });
  test("random graphs", { timeout: 120_000 }, async () => {
    const backend = strictBackend({ foldParts: short(of), bindingBytes: 2 ** 24 });
    const { failures, ran } = await fuzz({ backend, seed: 700, count: 50 });
    expect(ran).toBe(50);
    if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
  });
});

test("a fold stays whole where its accumulators would be too many buffers, and where the device says so", () => {
  const kernels = (backend: KernelBackend): string[] => kernelsOf(backend, [spec([64])], (x) => [tf.argMax(x!)]);
  expect(kernels(backendOf("runs", 3))).toEqual(["argMax parts", "argMax"]);
  expect(kernels(backendOf("runs", 2))).toEqual(["argMax"]);
  expect(kernels(strictBackend())).toEqual(["argMax"]);
  expect(kernels(strictBackend({ foldParts: { of: "runs", count: () => 1 } }))).toEqual(["argMax"]);
});
test("a device is told how many elements each result has, and how many results there are", () => {
  const asked: number[][] = [];
  const foldParts: FoldParts = {
    of: "runs",
    count(...sizes) {
      asked.push(sizes);
      return 1;
    },
  };
  kernelsOf(strictBackend({ foldParts }), [spec([tf.symbol("n"), 6, 5])], (x) => [tf.sum(x!, { axis: [0, 1] })]);
  expect(asked).toEqual([[32 * 6, 5]]);
});
