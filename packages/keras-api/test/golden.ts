// The golden numbers: what Keras gave, and how close we must be.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type DType, type Tensor, tensor } from "@antler/tensor-core";
import { expect } from "vitest";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly keras: string;
  readonly script: string;
  readonly dropout: readonly Numbers[];
  readonly configs: {
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
