/** A model's outputs as a list, and what belongs to each of them: labels, weights, losses, metrics. */
import { Tensor, ValueError } from "@antler/tensor-core";
import type { Nested } from "../nested.ts";
import { isSerialized } from "../serialization/config.ts";

/** One thing for all outputs, or one for each: by place or by name. */
export type PerOutput<T> = T | readonly (T | null)[] | { readonly [output: string]: T | null };

export interface Output {
  readonly name: string | undefined;
  readonly yPred: Tensor;
}

/** The outputs in order. Those in a record have its names, others those of the layers that give them. */
export function outputsOf(yPred: Nested, names: readonly string[] | undefined): readonly Output[] {
  if (yPred instanceof Tensor) return [{ name: names?.[0], yPred }];
  if (Array.isArray(yPred)) return yPred.map((t: Tensor, i) => ({ name: names?.[i], yPred: t }));
  return Object.entries(yPred).map(([name, t]) => ({ name, yPred: t as Tensor }));
}

/** Whether a value is a plain record; configs are not. */
export function isRecord(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype && !isSerialized(x);
}

/** The same losses or metrics, each leaf replaced. */
export function mapLeaves(tree: unknown, fn: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((x) => mapLeaves(x, fn));
  if (isRecord(tree)) return Object.fromEntries(Object.entries(tree).map(([key, x]) => [key, mapLeaves(x, fn)]));
  return tree === null || tree === undefined ? tree : fn(tree);
}

/**
 * What each output has, of a list by place or a record by name; undefined where `given` is neither.
 * @throws ValueError where places or names are not the outputs'
 */
export function perOutput(what: string, given: unknown, outputs: readonly Output[]): readonly unknown[] | undefined {
  if (Array.isArray(given)) {
    if (given.length === outputs.length) return given;
    throw new ValueError("compile", `${what} has ${given.length} entries for ${outputs.length} outputs`, {
      hint: "Give one for each, null where there is none, or a record by name.",
    });
  }
  if (!isRecord(given)) return undefined;
  checkNames(what, Object.keys(given), outputs);
  return outputs.map(({ name }) => given[name ?? ""] ?? null);
}

/** @throws ValueError for a name that no output has */
export function checkNames(what: string, names: readonly string[], outputs: readonly Output[]): void {
  const known = outputs.map((o) => o.name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  const hint = known.every((name) => name === undefined) ? "They have no names: give a list." : `They are ${known.join(", ")}.`;
  throw new ValueError("compile", `${what} names "${wrong}", which is no output`, { hint });
}

/**
 * Labels or weights for each output; null where there are none.
 * @param wanted which outputs need one: others may be left out of a list
 * @throws ValueError where they do not belong to the outputs
 */
export function aligned(
  what: string,
  given: Nested | null,
  outputs: readonly Output[],
  wanted: readonly boolean[],
): readonly (Tensor | null)[] {
  if (given === null || given === undefined) return outputs.map(() => null);
  if (given instanceof Tensor && outputs.length === 1) return [given];
  const list = given instanceof Tensor ? [given] : Array.isArray(given) ? (given as (Tensor | null)[]) : undefined;
  if (list?.length === outputs.length) return list;
  if (list && list.length === wanted.filter((w) => w).length) {
    const rest = [...list];
    return wanted.map((w) => (w ? rest.shift()! : null));
  }
  if (list) throw new ValueError("fit", `there are ${what} for ${list.length} outputs, and the model has ${outputs.length}`);
  const record = given as Readonly<Record<string, Tensor | null>>;
  const [only] = Object.values(record);
  if (outputs.length === 1 && Object.keys(record).length === 1) return [only!];
  checkNames(what, Object.keys(record), outputs);
  return outputs.map(({ name }) => record[name ?? ""] ?? null);
}
