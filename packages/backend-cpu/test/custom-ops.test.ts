// Adding an op touches one place: a new map, view, fold and composite, one definition each, and everything that comes with it.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GradientTape, grad } from "@antler/autodiff";
import { strictBackend } from "@antler/compiler/testing";
import * as tf from "@antler/tensor-core";
import { parseGraph, printGraph } from "@antler/tensor-core/text";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";
import { cube, everySecond, lengthOf, ops, squash } from "./custom-ops.ts";

const backends: readonly (readonly [string, tf.Backend])[] = [
  ["reference", tf.createReferenceBackend()],
  ["strict", strictBackend()],
  ["cpu", createCpuBackend()],
  ["cpu, all generated", createCpuBackend({ handWritten: false })],
];
const DATA = [0.5, -1.5, 2, 0.25, -0.75, 1.25];
const input = (): tf.Tensor => tf.tensor(DATA, [2, 3]);

/** Each op with plain numbers for its value, its gradient for a sum of squares, and its second gradient. */
const cases = [
  { name: "map: cube", fn: cube, value: (x: readonly number[]) => x.map((v) => v ** 3) },
  { name: "view: everySecond", fn: everySecond, value: (x: readonly number[]) => [x[0]!, x[2]!, x[3]!, x[5]!] },
  {
    name: "fold: lengthOf",
    fn: lengthOf,
    value: (x: readonly number[]) => [Math.hypot(x[0]!, x[1]!, x[2]!), Math.hypot(x[3]!, x[4]!, x[5]!)],
  },
  { name: "composite: squash", fn: squash, value: (x: readonly number[]) => x.map((v) => v ** 3 / (1 + v ** 6)) },
] as const;

/** Central differences of Σ value², and of one of its derivatives. */
const objective = (value: (x: readonly number[]) => number[], x: readonly number[]): number => value(x).reduce((s, v) => s + v * v, 0);
const moved = (x: readonly number[], i: number, by: number): number[] => x.map((v, k) => (k === i ? v + by : v));
function slopes(f: (x: readonly number[]) => number, x: readonly number[], h: number): number[] {
  return x.map((_, i) => (f(moved(x, i, h)) - f(moved(x, i, -h))) / (2 * h));
}
const numbers = async (t: tf.Tensor): Promise<number[]> => Array.from((await t.data()) as Float32Array);
const close = (got: readonly number[], want: readonly number[], tolerance: number): void => {
  expect(got).toHaveLength(want.length);
  got.forEach((g, i) => expect(Math.abs(g - want[i]!), `element ${i}: ${g} and ${want[i]}`).toBeLessThan(tolerance));
};

afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

describe.each(backends)("on %s", (_, backend) => {
  test.each(cases)("$name: eager, compiled, gradient, second gradient", async ({ fn, value }) => {
    await tf.setBackend(backend);
    const x = input();
    close(await numbers(fn(x)), value(DATA), 1e-5);
    close(await numbers(tf.func(fn)(x)), value(DATA), 1e-5);
    const unknown = tf.func(fn, { inputSignature: [{ shape: ["batch", 3], dtype: "float32" }] });
    close(await numbers(unknown(x)), value(DATA), 1e-5);

    const loss = (t: tf.Tensor): tf.Tensor => tf.sum(tf.square(fn(t)));
    const first = slopes((v) => objective(value, v), DATA, 1e-5);
    close(await numbers(grad(loss)(x)), first, 1e-3);
    close(await numbers(tf.func(grad(loss))(x)), first, 1e-3);

    // The gradient of the gradients' sum.
    const total = (v: readonly number[]): number => slopes((w) => objective(value, w), v, 1e-4).reduce((a, b) => a + b, 0);
    const second = slopes(total, DATA, 1e-3);
    const outer = new GradientTape();
    const inner = outer.run(() => {
      outer.watch(x);
      return tf.sum(grad(loss)(x));
    });
    close(await numbers(outer.gradient(inner, x)), second, 2e-2);
  });
});

describe("as text", () => {
  test.each(cases)("$name comes back the same", async ({ fn }) => {
    await tf.setBackend(tf.referenceBackend());
    const { graph } = tf.trace(
      "text",
      [tf.makeSpec([2, 3], "float32")],
      ([x]) => fn(x!),
      (y) => [y],
    );
    const text = printGraph(graph);
    const back = parseGraph(text, ops);
    expect(printGraph(back)).toBe(text);
    const run = async (g: tf.Graph): Promise<number[]> => {
      const x = input();
      const [s] = tf
        .referenceBackend()
        .compile(g)
        .run([x.storage("test")]);
      return numbers(new tf.Tensor(s!.spec, s!));
    };
    expect(await run(back)).toEqual(await run(graph));
  });
});

test("a bundle holds an op only if it imports it", async () => {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = await mkdtemp(join(here, "bundle-"));
  try {
    const sizeOf = async (names: string): Promise<string> => {
      const entry = join(folder, "entry.ts");
      await writeFile(entry, `export { ${names} } from "../custom-ops.ts";`);
      await build({ entryPoints: [entry], bundle: true, format: "esm", outfile: join(folder, "out.js"), logLevel: "error" });
      return readFile(join(folder, "out.js"), "utf8");
    };
    const one = await sizeOf("cube");
    expect(one).toContain('"cube"');
    for (const other of ["everySecond", "lengthOf", "squash", "conv2d", "maxPool"]) expect(one).not.toContain(`"${other}"`);
    expect(await sizeOf("lengthOf")).toContain('"lengthOf"');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
