/**
 * Times generated kernels: all hand-written ones off, one thread. With `--prototype FOLDER` (a folder with the wasm-kernels
 * prototype) the prototype's kernels run in the same rounds and the ratio is printed.
 *
 * node benchmarks/kernels/generated.ts [--prototype FOLDER] [--rounds 9]
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createCpuBackend } from "@antler/backend-cpu";
import * as tf from "@antler/tensor-core";

const { values } = parseArgs({ options: { prototype: { type: "string" }, rounds: { type: "string", default: "9" } } });
const rounds = Number(values.rounds);
await tf.setBackend(createCpuBackend({ handWritten: false }));

const uniform = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, { seed: [seed, 0], minval: -2, maxval: 2 });
const layerNorm = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
  const mean = tf.mean(x, { axis: -1, keepDims: true });
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), { axis: -1, keepDims: true });
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
};

interface Case {
  readonly name: string;
  readonly run: () => void;
  /** The prototype's kernel of the same work, on its engine. */
  readonly prototype: (engine: Engine) => () => void;
}
interface Engine {
  readonly ex: { readonly [kernel: string]: (...args: number[]) => void };
  readonly F: Float32Array;
  alloc(elements: number): number;
}
const compiled = (fn: (...xs: tf.Tensor[]) => tf.Tensor, ...xs: tf.Tensor[]): (() => void) => {
  const f = tf.func(fn);
  return () => f(...xs).dispose();
};
const filled = (e: Engine, n: number): number => {
  const p = e.alloc(n);
  for (let i = 0; i < n; i++) e.F[p / 4 + i] = ((i * 7919) % 4001) / 1000 - 2;
  return p;
};

function chain(n: number): Case {
  const [a, b, c] = [uniform([n], 1), uniform([n], 2), uniform([n], 3)];
  return {
    name: `tanh(a*b+c)*sigmoid(a)+relu(b), ${n.toLocaleString("en")}`,
    run: compiled((x, y, z) => tf.add(tf.mul(tf.tanh(tf.add(tf.mul(x, y), z)), tf.sigmoid(x)), tf.relu(y)), a, b, c),
    prototype(e) {
      const [pa, pb, pc, py] = [filled(e, n), filled(e, n), filled(e, n), e.alloc(n)] as const;
      return () => e.ex["chain"]!(pa, pb, pc, py, pa + (n - (n % 16)) * 4);
    },
  };
}
function rows(kernel: "softmax" | "layernorm", r: number, c: number): Case {
  const x = uniform([r, c], 4);
  const [g, b] = [uniform([c], 5), uniform([c], 6)];
  return {
    name: `${kernel} ${r}×${c}`,
    run: kernel === "softmax" ? compiled((t) => tf.softmax(t), x) : compiled(layerNorm, x, g, b),
    prototype(e) {
      const [px, py, pg, pb] = [filled(e, r * c), e.alloc(r * c), filled(e, c), filled(e, c)] as const;
      return () => e.ex[kernel]!(px, py, r, c * 4, pg, pb);
    },
  };
}
function sum(axis: 0 | 1, r: number, c: number): Case {
  const x = uniform([r, c], 7);
  return {
    name: `sum over axis ${axis}, ${r}×${c}`,
    run: compiled((t) => tf.sum(t, { axis }), x),
    prototype(e) {
      const [px, py] = [filled(e, r * c), e.alloc(Math.max(r, c))] as const;
      return axis === 0 ? () => e.ex["sum0b"]!(px, py, r, c * 4, c * 4) : () => e.ex["sum1"]!(px, py, r, c * 4);
    },
  };
}

const cases = [
  chain(16384),
  chain(1_000_000),
  chain(999_983),
  rows("softmax", 256, 1000),
  rows("softmax", 251, 1024),
  rows("layernorm", 512, 768),
  rows("layernorm", 509, 1024),
  sum(0, 2048, 2048),
  sum(1, 2048, 2048),
];

const engine = values.prototype
  ? await (
      (await import(pathToFileURL(join(resolve(values.prototype), "dyn.mjs")).href)) as { engine(threads: number): Promise<Engine> }
    ).engine(1)
  : undefined;
const time = (f: () => void): number => {
  const start = performance.now();
  let n = 0;
  for (; performance.now() - start < 30; n++) f();
  return (performance.now() - start) / n;
};
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const show = (list: readonly number[]): string =>
  `${median(list).toFixed(3)} ms (${Math.min(...list).toFixed(3)}–${Math.max(...list).toFixed(3)})`;

for (const c of cases) {
  const theirs = engine && c.prototype(engine);
  for (const f of [c.run, theirs]) if (f) for (let i = 0; i < 5; i++) f();
  const ours: number[] = [];
  const other: number[] = [];
  for (let r = 0; r < rounds; r++) {
    ours.push(time(c.run));
    if (theirs) other.push(time(theirs));
  }
  console.log(c.name.padEnd(50), show(ours), theirs ? `prototype ${show(other)}, speed ${(median(other) / median(ours)).toFixed(2)}×` : "");
}
