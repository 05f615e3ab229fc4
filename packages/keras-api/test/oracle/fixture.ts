// Fixtures: what Keras gave, read back, and compared with what we give.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type DType, dtypeInfo, isFloat, referenceBackend, type Tensor, tensor } from "@antler/tensor-core";
import { download, onBackend } from "@antler/tensor-core/testing";
import { expect } from "vitest";

/** A tensor in a fixture. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly base64: string;
}
export interface Fixture<Case> {
  readonly keras: string;
  readonly tensorflow: string;
  readonly script: string;
  readonly cases: readonly Case[];
}

const here = (name: string): URL => new URL(name, import.meta.url);

/** The cases of a family; an error where its script has changed since. */
export function fixture<Case>(family: string): Fixture<Case> {
  const found = JSON.parse(readFileSync(here(`fixtures/${family}.json`), "utf8")) as Fixture<Case>;
  const hash = createHash("sha256");
  const shared = family.startsWith("layers_") ? ["common.py", "layercase.py"] : ["common.py"];
  for (const file of [...shared, `${family}.py`]) hash.update(readFileSync(here(file)));
  if (hash.digest("hex") !== found.script) throw new Error(`${family}.json is older than ${family}.py: run generate.py ${family}`);
  return found;
}

/** The numbers of a fixture's tensor; of 16-bit floats the bits. */
export function valuesOf(n: Numbers): ArrayLike<number> & Iterable<number> {
  const bytes = Uint8Array.from(atob(n.base64), (c) => c.charCodeAt(0));
  return new (dtypeInfo(n.dtype).array)(bytes.buffer) as never;
}
export const tensorOf = (n: Numbers): Tensor => tensor(valuesOf(n) as never, n.shape, n.dtype);

export interface Closeness {
  /** The most an element may be off, as a part of the largest element: sums lose bits by the size of their largest terms. */
  readonly relative?: number;
  readonly absolute?: number;
}

/** Asserts equal shapes, and equal numbers but for rounding. */
export async function expectNumbers(
  got: Tensor,
  want: Numbers,
  { relative = 1e-5, absolute = 1e-6 }: Closeness = {},
  what = "",
): Promise<void> {
  if (isFloat(want.dtype)) expect(got.dtype, `${what} dtype`).toBe(want.dtype);
  expect(got.shape, `${what} shape`).toEqual(want.shape);
  const [a, b] = [(await download(got)).data, (await download(onBackend(referenceBackend(), () => tensorOf(want)))).data];
  const scale = b.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
  const off = b.findIndex((v, i) => !(Object.is(a[i], v) || Math.abs(a[i]! - v) <= absolute + relative * scale));
  if (off >= 0) expect.fail(`${what}: element ${off} is ${a[off]}, Keras has ${b[off]} (largest ${scale})`);
}
