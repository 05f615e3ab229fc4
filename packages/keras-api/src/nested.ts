/** What layers take and give: a tensor, or a list or record of tensors. */
import { leaves, mapTree, type Shape, Tensor, ValueError } from "@antler/tensor-core";

export type Nested = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** What a nest of any kind has: layers of every result are layers of any. */
// biome-ignore lint/suspicious/noExplicitAny: for types that are any themselves
type OfAny<T, Else> = 0 extends 1 & T ? any : Else;

/** The shapes of a nest, in the same structure. */
export type ShapesOf<T extends Nested> = OfAny<T, T extends Tensor ? Shape : { readonly [K in keyof T]: Shape }>;

/** The masks of a nest, in the same structure: bool, true where a step counts, or null. */
export type MasksOf<T extends Nested> = OfAny<T, T extends Tensor ? Tensor | null : { readonly [K in keyof T]: Tensor | null }>;

/** Tensors in the structure of a nest of symbolic ones. */
export type TensorsOf<T extends Nested> = OfAny<T, T extends Tensor ? Tensor : { readonly [K in keyof T]: Tensor }>;

export const shapesOf = <T extends Nested>(x: T): ShapesOf<T> => mapTree(x, (t) => (t as Tensor).dims) as ShapesOf<T>;

/** The tensors of a nest in Keras's order: of a record, by key. */
export function flatten(x: unknown): Tensor[] {
  if (x instanceof Tensor || x === null || typeof x !== "object") return [x as Tensor];
  if (Array.isArray(x)) return x.flatMap(flatten);
  const record = x as Readonly<Record<string, unknown>>;
  return Object.keys(record)
    .sort()
    .flatMap((key) => flatten(record[key]));
}

/** @throws ValueError where a layer gives anything but tensors */
export function expectTensors(layer: string, y: unknown): void {
  const parts = leaves(y);
  if (parts.length && parts.every((t) => t instanceof Tensor)) return;
  const other = parts.find((t) => !(t instanceof Tensor));
  const what = typeof other === "object" && other ? "something else" : parts.length ? String(other) : "nothing";
  throw new ValueError(layer, `call() must give tensors, and gave ${what}`, {
    hint: "Return a tensor, or a list or record of tensors.",
  });
}
