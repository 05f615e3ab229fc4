/** What TensorFlow gives where conventions differ; golden/generate.py asks it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.ts";
import { difference, exact, onBackend, type Tolerance } from "../src/testing/index.ts";

interface Golden {
  readonly op: string;
  readonly inputs: readonly (readonly number[])[];
  readonly args: readonly unknown[];
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
const golden = JSON.parse(readFileSync(new URL("./golden/golden.json", import.meta.url), "utf8")) as { readonly cases: readonly Golden[] };

/** Whole numbers in −5 … 5, as the script makes them. */
const whole = (shape: readonly number[], salt: number): core.Tensor =>
  core.tensor(
    Array.from({ length: core.elements(shape) }, (_, i) => ((i * 7 + salt) % 11) - 5),
    shape,
  );

const averages: Tolerance = { k: 2, why: "exact sums and at most two quotients, ours and theirs" };
const resized: Tolerance = { k: 100, why: "both round places ≤ 8 and the kernel there, along two axes" };
const tabled: Tolerance = {
  k: 2 ** 14,
  why: "TensorFlow reads bicubic weights from a table of 1024 steps: the slope ≤ 1.2 over half a step, along two axes, is 2⁻⁹",
};
const toleranceOf = ({ op, args }: Golden): Tolerance =>
  op.startsWith("avg") ? averages : op === "resizeBicubic" && args.length === 1 ? tabled : /^resize[BL]/.test(op) ? resized : exact;

const ops = new Map(Object.entries(core)) as unknown as ReadonlyMap<string, (...args: unknown[]) => core.Tensor>;

describe("TensorFlow's results", () => {
  for (const g of golden.cases) {
    it(`${g.op} of ${JSON.stringify(g.inputs)} with ${JSON.stringify(g.args)}`, () => {
      const call = ops.get(g.op)!;
      const y = onBackend(core.referenceBackend(), () => call(...g.inputs.map(whole), ...g.args));
      const got = { shape: y.shape, dtype: y.dtype, data: [...(y.dataSync() as Float32Array)] };
      const most = Math.max(...g.data.map(Math.abs));
      expect(difference(got, { shape: g.shape, data: g.data, scale: g.data.map(() => most) }, toleranceOf(g))).toBeUndefined();
    });
  }
});
