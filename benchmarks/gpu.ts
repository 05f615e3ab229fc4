// Times products, convolutions and pooling on a GPU, through the public API: `node benchmarks/gpu.ts [name part] [--small] [--runs=20]`.
//
// A case runs many times before one small slice of its last result is waited for; the best of a few rounds is printed, after one
// that is not counted, in which pipelines are made. `--small` is for GPUs that are programs.

import { grad } from "../packages/autodiff/src/index.ts";
import { createWebGpuBackend } from "../packages/backend-webgpu/src/index.ts";
import * as tf from "../packages/tensor-core/src/index.ts";

interface Case {
  readonly name: string;
  /** Floating-point operations of a run, or 0 where bytes count. */
  readonly operations: number;
  /** Bytes that a run has to read and write. */
  readonly bytes: number;
  readonly inputs: () => readonly tf.Tensor[];
  readonly call: (...inputs: tf.Tensor[]) => tf.Tensor;
}

const options = process.argv.slice(2);
const small = options.includes("--small");
const filter = options.find((o) => !o.startsWith("--")) ?? "";
const runs = Number(options.find((o) => o.startsWith("--runs="))?.slice(7) ?? (small ? 2 : 20));
const rounds = 5;

await tf.setBackend(await createWebGpuBackend());
for (const c of cases().filter(({ name }) => name.includes(filter))) await time(c);
// Dawn would keep Node waiting.
process.exit(0);

async function time({ name, operations, bytes, inputs, call }: Case): Promise<void> {
  const given = inputs();
  const f = tf.func(call);
  const round = async (): Promise<number> => {
    const start = performance.now();
    for (let i = 1; i < runs; i++) f(...given).dispose();
    const last = f(...given);
    const corner = tf.slice(
      last,
      last.shape.map(() => 0),
      last.shape.map(() => 1),
    );
    await corner.data();
    corner.dispose();
    last.dispose();
    return (performance.now() - start) / runs;
  };
  await round();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) best = Math.min(best, await round());
  for (const x of given) x.dispose();
  const rate = operations > 0 ? `${(operations / best / 1e9).toFixed(3)} TFLOP/s` : `${(bytes / best / 1e6).toFixed(1)} GB/s`;
  console.log(name.padEnd(48), `${best.toFixed(3)} ms`.padStart(12), rate.padStart(18));
}

function cases(): readonly Case[] {
  const n = small ? 256 : 4096;
  const batch = small ? 1 : 32;
  const scale = small ? 4 : 1;
  return [
    product("square", n, n, n),
    product("square, right transposed", n, n, n, { transposeB: true }),
    product("square, left transposed", n, n, n, { transposeA: true }),
    product("square float16", n, n, n, { dtype: "float16" }),
    product("square bfloat16", n, n, n, { dtype: "bfloat16" }),
    product("odd sizes", n - 1, n - 3, n - 5),
    product("dense layer, 32 rows", 32, n, n),
    product("one row", 1, n, n),
    product("a filter's gradient, long sum", 256, n * 16, 256, { transposeA: true }),
    product("batch of 64", 128, 64, 128, { batch: 64 }),
    ...convolutions("3×3, 64 channels", batch, 56 / scale, 64, 64, 3, 1),
    ...convolutions("3×3, 256 channels", batch, 28 / scale, 256, 256, 3, 1),
    ...convolutions("3×3, 128 channels, strides", batch, 56 / scale, 128, 128, 3, 2),
    ...convolutions("1×1, 256 channels", batch, 28 / scale, 256, 64, 1, 1),
    ...convolutions("7×7, 3 channels, strides", batch, 224 / scale, 3, 64, 7, 2),
    ...depthwise(batch, 56 / scale, 128),
    ...pooling(batch, 56 / scale, 128),
  ];
}

interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly dtype?: tf.DType;
  readonly batch?: number;
}
function product(name: string, m: number, k: number, n: number, { dtype = "float32", batch = 1, ...turned }: ProductOptions = {}): Case {
  return {
    name: `product, ${name}, ${m}×${k}×${n}`,
    operations: 2 * batch * m * k * n,
    bytes: 0,
    inputs: () => [
      random([batch, ...(turned.transposeA ? [k, m] : [m, k])], dtype),
      random([batch, ...(turned.transposeB ? [n, k] : [k, n])], dtype),
    ],
    call: (a, b) => tf.matMul(a!, b!, turned),
  };
}

/** A convolution of square images and both of its gradients. */
function convolutions(name: string, batch: number, size: number, inputs: number, outputs: number, window: number, strides: number): Case[] {
  const result = Math.ceil(size / strides);
  const shapes = { x: [batch, size, size, inputs], w: [window, window, inputs, outputs], dy: [batch, result, result, outputs] };
  return gradients(`convolution, ${name}, ${size}²`, 2 * batch * result ** 2 * outputs * inputs * window ** 2, 0, shapes, (x, w) =>
    tf.conv2d(x, w, { strides, padding: "same" }),
  );
}
function depthwise(batch: number, size: number, channels: number): Case[] {
  const shapes = { x: [batch, size, size, channels], w: [3, 3, channels, 1], dy: [batch, size, size, channels] };
  return gradients(`depthwise 3×3, ${channels} channels, ${size}²`, 0, 8 * batch * size ** 2 * channels, shapes, (x, w) =>
    tf.depthwiseConv2d(x, w, { padding: "same" }),
  );
}
interface Shapes {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly dy: readonly number[];
}
function gradients(
  name: string,
  operations: number,
  bytes: number,
  shapes: Shapes,
  call: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor,
): Case[] {
  const inputs = (): readonly tf.Tensor[] => [random(shapes.x), random(shapes.w), random(shapes.dy)];
  const common = { operations, bytes, inputs };
  // The convolution itself is not computed for a gradient: a compiled function leaves out what it does not return.
  const weighted = (x: tf.Tensor, w: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(call(x, w), dy);
  return [
    { ...common, name, call: (x, w) => call(x!, w!) },
    { ...common, name: `${name}, gradient of images`, call: (x, w, dy) => grad((x: tf.Tensor) => weighted(x, w!, dy!))(x!) as tf.Tensor },
    { ...common, name: `${name}, gradient of filter`, call: (x, w, dy) => grad((w: tf.Tensor) => weighted(x!, w, dy!))(w!) as tf.Tensor },
  ];
}

function pooling(batch: number, size: number, channels: number): Case[] {
  const shape = [batch, size, size, channels];
  const common = { operations: 0, bytes: 5 * batch * size ** 2 * channels, inputs: () => [random(shape)] };
  return [
    { ...common, name: `largest of 2×2, ${channels} channels, ${size}²`, call: (x) => tf.maxPool(x!, 2) },
    { ...common, name: `mean of 2×2, ${channels} channels, ${size}²`, call: (x) => tf.avgPool(x!, 2) },
  ];
}

function random(shape: readonly number[], dtype: tf.DType = "float32"): tf.Tensor {
  return tf.cast(tf.randomUniform(shape, { seed: [1, 2], minval: -1, maxval: 1 }), dtype);
}
