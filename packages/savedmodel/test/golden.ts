// The golden files, and what Keras and h5py say is in them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type H5Array, type H5Attribute, type H5Data, H5Dataset, H5Group, readZip } from "../src/index.ts";

/** As dump.py writes it: by path, every group and dataset. */
export type Contents = Readonly<Record<string, Described>>;
type Described = { readonly attributes: Readonly<Record<string, unknown>> } & Partial<ReturnType<typeof describeArray>>;

interface Golden {
  readonly scripts: string;
  /** By file. */
  readonly contents: Readonly<Record<string, Contents>>;
  /** What the error says, by file. */
  readonly refused: Readonly<Record<string, string>>;
}

const folder = new URL("./golden/", import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, folder));

export const golden: Golden = JSON.parse(read("golden.json").toString()) as Golden;
export const dumpScript: URL = new URL("dump.py", folder);
export const scriptsHash: string = createHash("sha256").update(read("dump.py")).update(read("generate.py")).digest("hex");

const files = new Map([...readZip(read("golden.zip"))].map(([name, member]) => [name, member.read()]));
/** A golden file's bytes, a copy. */
export function file(name: string): Uint8Array<ArrayBuffer> {
  if (name === "model.weights.h5") return readZip(file("model.keras")).get(name)!.read().slice() as Uint8Array<ArrayBuffer>;
  return files.get(name)!.slice() as Uint8Array<ArrayBuffer>;
}

/** What is in a tree, as dump.py says it. */
export function describeTree(root: H5Group): Contents {
  const found: Record<string, Described> = {};
  const visit = (path: string, node: H5Group | H5Dataset): void => {
    const attributes = Object.fromEntries([...node.attributes].map(([name, value]) => [name, describeAttribute(value)]));
    found[path] = node instanceof H5Dataset ? { ...describeArray(arrayOf(node)), attributes } : { attributes };
    if (node instanceof H5Group) for (const [name, child] of node.children) visit(path === "" ? name : `${path}/${name}`, child);
  };
  visit("", root);
  return found;
}

const arrayOf = (dataset: H5Dataset): H5Array => ({ shape: dataset.shape, dtype: dataset.dtype, data: dataset.data() });

function describeAttribute(value: H5Attribute): unknown {
  return typeof value === "string" || Array.isArray(value) ? value : describeArray(value as H5Array);
}

function describeArray({ shape, dtype, data }: H5Array): { shape: readonly number[]; dtype: string; data: unknown[] } {
  return {
    shape,
    dtype,
    data: [...(data as Iterable<H5Data[number]>)].map((value) => (typeof value === "bigint" ? String(value) : value)),
  };
}
