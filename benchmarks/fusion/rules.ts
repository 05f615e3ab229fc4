/** The compiler's rules, each with an example that it serves, at two sizes, and with what the example is without it. */
import type { Device, Matched } from "@antler/compiler";
import * as tf from "@antler/tensor-core";
import type { Shape } from "../work/vocabulary.ts";

type Compute = (...inputs: tf.Tensor[]) => tf.Tensor[];

/** How the same numbers come about without a rule. */
export type Without =
  /** Each op is a program of its own, and what it makes is stored. */
  | "op by op"
  /** Each result is made by a function of its own. */
  | "one by one"
  /** Handles to what the inputs were are kept, so that results cannot be written over them. */
  | "kept"
  /** Last axes have unknown sizes, so that nobody knows where one part ends. */
  | "unsized"
  /** A device that lacks something. */
  | { readonly device: (device: Device) => Device }
  /** Written in another way, one that the rule does not see through. */
  | { readonly instead: Compute };

export interface Rule {
  readonly id: string;
  /** The rule, and the example. */
  readonly title: string;
  /** Shapes of what the example is given: usual ones, and ones that nothing divides. */
  readonly inputs: readonly [readonly Shape[], readonly Shape[]];
  readonly compute: Compute;
  readonly without: Without;
}

const times = <T>(count: number, x: T): T[] => Array.from({ length: count }, () => x);
/** So many tensors of a million elements. */
const million = (count: number): Rule["inputs"] => [times(count, [1024, 1024]), times(count, [1009, 1013])];

const changed = (change: Partial<Matched>): Without => ({
  device: (device) => ({
    ...device,
    kernels: Object.fromEntries(Object.entries(device.kernels ?? {}).map(([op, kernel]) => [op, { ...kernel, ...change }])),
  }),
});
/** As many buffers as the largest kernel needs that has not been joined with another. */
const buffers = (count: number): Without => ({ device: (device) => ({ ...device, limits: { ...device.limits, buffers: count } }) });

/** [batch, time, heads · size] as [batch, heads, time, size]. */
function heads(x: tf.Tensor, count: number): tf.Tensor {
  const [batch, time, features] = x.dims as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, time, count, features / count]), [0, 2, 1, 3]);
}
const merged = (x: tf.Tensor, shape: tf.Shape): tf.Tensor => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), shape);

/** Rows of mean 0 and variance 1. */
function normalised(x: tf.Tensor, as: (centred: tf.Tensor) => tf.Tensor): tf.Tensor[] {
  const centred = as(tf.sub(x, tf.mean(x, { axis: -1, keepDims: true })));
  return [tf.mul(centred, tf.rsqrt(tf.mean(tf.square(centred), { axis: -1, keepDims: true })))];
}

/** As many columns as the weights have rows. */
const front = (h: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.slice(h, [0, 0], [-1, w.dims[0] as number]);

function adam(w: tf.Tensor, m: tf.Tensor, v: tf.Tensor, g: tf.Tensor): tf.Tensor[] {
  const mean = tf.add(m, tf.mul(tf.sub(g, m), 0.1));
  const spread = tf.add(v, tf.mul(tf.sub(tf.square(g), v), 0.001));
  return [tf.sub(w, tf.div(tf.mul(mean, 0.01), tf.add(tf.sqrt(tf.abs(spread)), 1e-3))), mean, spread];
}
/** Two weights that move with a rate made of the number of steps. */
function rated(steps: tf.Tensor, a: tf.Tensor, b: tf.Tensor, m: tf.Tensor, g: tf.Tensor): tf.Tensor[] {
  const rate = tf.div(0.1, tf.sqrt(tf.add(steps, 2)));
  const next = tf.add(tf.mul(m, 0.9), g);
  return [next, tf.sub(a, tf.mul(next, rate)), tf.sub(b, tf.mul(g, rate))];
}

/** The gradient of pooled images for the images. */
function unpooled(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const entries: tf.TapeEntry[] = [];
  const p = tf.recording(entries, () => tf.maxPool(y, 2));
  return tf.backprop(entries, [p], [dy], [y])[0] as tf.Tensor;
}
/** Gradients for what comes before a relu that is pooled, and for a bias there. */
function beforeRelu(x: tf.Tensor, dy: tf.Tensor, mask: (y: tf.Tensor) => tf.Tensor): tf.Tensor[] {
  const y = tf.relu(x);
  const dx = tf.where(mask(y), unpooled(y, dy), 0);
  return [dx, tf.sum(dx, { axis: [0, 1, 2] })];
}

export const rules: readonly Rule[] = [
  {
    id: "maps",
    title: "maps composed: `x*y - (x+y)/2`",
    inputs: million(2),
    compute: (x, y) => [tf.sub(tf.mul(x!, y!), tf.mul(tf.add(x!, y!), 0.5))],
    without: "op by op",
  },
  {
    id: "views",
    title: "views in their reader: `x[:, 1:] - x[:, :-1]`",
    inputs: million(1),
    compute: (x) => [tf.sub(tf.slice(x!, [0, 1], [-1, -1]), tf.slice(x!, [0, 0], [-1, (x!.dims[1] as number) - 1]))],
    without: "op by op",
  },
  {
    id: "transposed",
    title: "a transpose in its reader: `transpose(x) + y`",
    inputs: [times(2, [1024, 1024]), times(2, [1013, 1013])],
    compute: (x, y) => [tf.add(tf.transpose(x!), y!)],
    without: "op by op",
  },
  {
    id: "undone",
    title: "views that undo each other: heads split, halved, merged",
    inputs: [[[32, 128, 8 * 32]], [[31, 127, 7 * 29]]],
    compute: (x) => [merged(tf.mul(heads(x!, x!.dims[2] === 256 ? 8 : 7), 0.5), x!.dims)],
    without: "op by op",
  },
  {
    id: "again",
    title: "light values made again: sums of `x²` over either axis",
    inputs: million(1),
    compute(x) {
      const y = tf.square(x!);
      return [tf.sum(y, { axis: 0 }), tf.sum(y, { axis: 1 })];
    },
    without: "op by op",
  },
  {
    id: "centred",
    title: "light values made again: rows without their mean, for their variance and for the result",
    inputs: [[[4096, 256]], [[4093, 251]]],
    compute: (x) => normalised(x!, (centred) => centred),
    // Dearer by two ops that change nothing.
    without: { instead: (x) => normalised(x!, (centred) => tf.minimum(tf.maximum(centred, -100), 100)) },
  },
  {
    id: "shared",
    title: "dear values stored once: sums of `tanh(x)` over either axis",
    inputs: million(1),
    compute(x) {
      const y = tf.tanh(x!);
      return [tf.sum(y, { axis: 0 }), tf.sum(y, { axis: 1 })];
    },
    without: "one by one",
  },
  {
    id: "broadcast",
    title: "stored before a broadcast: `tanh(b) * x`",
    inputs: [
      [[1024], [1024, 1024]],
      [[1013], [1009, 1013]],
    ],
    compute: (b, x) => [tf.mul(tf.tanh(b!), x!)],
    without: { instead: (b, x) => [tf.mul(tf.tanh(tf.broadcastTo(b!, x!.dims)), x!)] },
  },
  {
    id: "into-folds",
    title: "maps into the fold that reads them: `sum(abs(x - y))`",
    inputs: million(2),
    compute: (x, y) => [tf.sum(tf.abs(tf.sub(x!, y!)), { axis: -1 })],
    without: "op by op",
  },
  {
    id: "after-folds",
    title: "maps into the kernel of the fold before them: `tanh(mean(x))`",
    inputs: [[[8192, 256]], [[8191, 251]]],
    compute: (x) => [tf.tanh(tf.mean(x!, { axis: -1 }))],
    without: "op by op",
  },
  {
    id: "after-short-folds",
    title: "long functions after the folds of many short rows: `tanh(mean(x))`",
    inputs: [[[131072, 8]], [[99991, 7]]],
    compute: (x) => [tf.tanh(tf.mean(x!, { axis: -1 }))],
    without: "op by op",
  },
  {
    id: "instruction-after-short-folds",
    title: "an instruction in the kernel of short rows: `sqrt(abs(mean(x)))`",
    inputs: [[[131072, 8]], [[99991, 7]]],
    compute: (x) => [tf.sqrt(tf.abs(tf.mean(x!, { axis: -1 })))],
    without: "op by op",
  },
  {
    id: "epilogues",
    title: "epilogues: `relu(x @ w + b)`",
    inputs: [
      [[2048, 64], [64, 2048], [2048]],
      [[2039, 61], [61, 2029], [2029]],
    ],
    compute: (x, w, b) => [tf.relu(tf.add(tf.matMul(x!, w!), b!))],
    without: changed({ epilogue: false }),
  },
  {
    id: "strides",
    title: "views as a product's strides: scores of heads",
    inputs: [times(2, [8, 128, 8 * 32]), times(2, [7, 127, 7 * 29])],
    compute(q, k) {
      const count = q!.dims[2] === 256 ? 8 : 7;
      return [tf.matMul(heads(q!, count), heads(k!, count), { transposeB: true })];
    },
    without: changed({ operands: "contiguous" }),
  },
  {
    id: "grouped",
    title: "maps over the same loops in one kernel: Adam",
    inputs: million(4),
    compute: (w, m, v, g) => adam(w!, m!, v!, g!),
    without: buffers(4),
  },
  {
    id: "scalars",
    title: "scalars first, so that updates share a kernel",
    inputs: [
      [[], ...million(4)[0]],
      [[], ...million(4)[1]],
    ],
    compute: (n, a, b, m, g) => rated(n!, a!, b!, m!, g!),
    without: { instead: (n, a, b, m, g) => rated(tf.reshape(n!, [1]), a!, b!, m!, g!) },
  },
  {
    id: "joined",
    title: "folds over the same elements in one kernel: sums of `x` and `x²`",
    inputs: [[[4096, 256]], [[4093, 251]]],
    compute: (x) => [tf.sum(x!, { axis: 0 }), tf.sum(tf.square(x!), { axis: 0 })],
    without: buffers(2),
  },
  {
    id: "sections",
    title: "kernels cut at boundaries: `concat([2x, y + 1])`",
    inputs: [times(2, [8192, 64]), times(2, [8191, 48])],
    compute: (x, y) => [tf.concat([tf.mul(x!, 2), tf.add(y!, 1)], -1)],
    without: "unsized",
  },
  {
    id: "prepared",
    title: "operands packed once a loop: 64 steps of `tanh(h[:, :k] @ w)`",
    inputs: [
      [
        [32, 512],
        [128, 512],
      ],
      [
        [31, 509],
        [127, 509],
      ],
    ],
    compute: (h, w) => [tf.scan((h: tf.Tensor) => [tf.tanh(tf.matMul(front(h, w!), w!)), []] as const, h!, [], { length: 64 })[0]],
    without: changed({ preparation: undefined }),
  },
  {
    id: "ahead",
    title: "masks and sums ahead of a pooling's gradient: of `maxPool(relu(x))`",
    inputs: [
      [
        [64, 26, 26, 32],
        [64, 13, 13, 32],
      ],
      [
        [31, 27, 25, 29],
        [31, 13, 12, 29],
      ],
    ],
    compute: (x, dy) => beforeRelu(x!, dy!, (y) => tf.greater(y, 0)),
    without: { instead: (x, dy) => beforeRelu(x!, dy!, (y) => tf.logicalNot(tf.lessEqual(y, 0))) },
  },
  {
    id: "over",
    title: "results written over what they replace: a moving mean",
    inputs: million(2),
    compute: (mean, x) => [tf.add(tf.mul(mean!, 0.9), tf.mul(x!, 0.1))],
    without: "kept",
  },
];
