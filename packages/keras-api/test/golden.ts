// The golden numbers: what Keras gave, and how close we must be.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type DType, type Tensor, tensor } from "@antler/tensor-core";
import { expect } from "vitest";
import type { Config } from "../src/index.ts";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Options = Readonly<Record<string, number | boolean | string>>;
interface Reduced {
  readonly value: Numbers;
  readonly gradient: Numbers;
}
interface LossCase {
  readonly class: string;
  readonly options: Options;
  readonly y_true: Numbers;
  readonly y_pred: Numbers;
  readonly activation: "sigmoid" | "softmax" | null;
  readonly sum_over_batch_size: Reduced;
  readonly sum: Reduced;
  readonly none: Reduced;
  readonly weighted?: Numbers;
}
interface MetricCase {
  readonly class: string;
  readonly options: Options;
  readonly batches: readonly { readonly args: readonly Numbers[]; readonly weight: Numbers }[];
  readonly result: number;
  readonly weighted: number;
  readonly name: string;
  readonly config: Config;
}
interface Golden {
  readonly keras: string;
  readonly script: string;
  readonly losses: readonly LossCase[];
  readonly metrics: readonly MetricCase[];
  readonly activations: Readonly<Record<string, { readonly x: Numbers; readonly y: Numbers; readonly gradient: Numbers }>>;
  readonly initializers: { readonly drawn: Readonly<Record<string, Numbers>>; readonly dropout: readonly Numbers[] };
  readonly configs: Readonly<Record<"layers" | "optimizers" | "losses" | "initializers", readonly Config[]>> & {
    readonly names: readonly string[];
    readonly paths: readonly string[];
  };
  readonly summaries: Readonly<Record<"digits" | "narrow" | "compiled" | "unbuilt" | "frozen", string>>;
  readonly progress: readonly {
    readonly target: number;
    readonly values: Readonly<Record<string, number | null>>;
    readonly times: readonly number[];
    readonly verbose1: string;
    readonly verbose2: string;
  }[];
}

const folder = new URL("./golden/", import.meta.url);
export const golden: Golden = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8")) as Golden;
export const scriptHash: string = createHash("sha256")
  .update(readFileSync(new URL("generate.py", folder)))
  .digest("hex");

export const load = ({ shape, data }: Numbers, dtype: DType = "float32"): Tensor => tensor([...data], shape, dtype);

/** Float32 against float32: sums come in another order, and twenty steps carry it on. */
export function expectClose(got: ArrayLike<number | bigint>, want: readonly number[], relative = 1e-5, absolute = 1e-6): void {
  expect(got.length).toBe(want.length);
  want.forEach((w, i) => {
    const off = Math.abs(Number(got[i]) - w);
    if (!(off <= absolute + relative * Math.abs(w))) expect.fail(`element ${i}: ${Number(got[i])} is not ${w}`);
  });
}
