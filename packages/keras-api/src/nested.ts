/** What layers take and give: a tensor, or a list or record of tensors. */
import { mapTree, type Shape, Tensor } from "@antler/tensor-core";

export type Nested = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** The shapes of a nest, in the same structure; of any nest any, so that every layer is an `AnyLayer`. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that tells `any` from others is itself
export type ShapesOf<T extends Nested> = 0 extends 1 & T ? any : T extends Tensor ? Shape : { readonly [K in keyof T]: Shape };

/** The masks of a nest, in the same structure: bool, true where a step counts, or null. */
export type MasksOf<T extends Nested> = T extends Tensor ? Tensor | null : { readonly [K in keyof T]: Tensor | null };

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
