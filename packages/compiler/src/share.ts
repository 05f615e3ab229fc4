/** Equal expressions as one object, so that they are computed once. */
import { type DType, identityKey } from "@antler/tensor-core";
import { indexOf, type Walkable } from "./walk.ts";

interface Node<E> extends Walkable<E> {
  readonly dtype: DType;
}

/** Gives the first of all nodes equal to a node whose arguments are such first ones already. */
export function sharing<E extends Node<E>>(): (e: E) => E {
  const first = new Map<string, E>();
  const places = new Map<E, number>();
  return (e) => {
    const index = indexOf(e);
    const what = index ? `${memoryOf(e)}[${index.key}]` : Object.is(e.value, -0) ? "-0" : String(e.value);
    const key = `${e.op}:${e.dtype}:${what}:${e.args.map((a) => places.get(a)).join()}`;
    let one = first.get(key);
    if (!one) {
      first.set(key, (one = e));
      places.set(e, places.size);
    }
    return one;
  };
}
/** What a load reads: a value as long as buffers have no numbers, then a slot. */
function memoryOf({ op, value }: Walkable<unknown>): string | number {
  if (op !== "load") return "";
  const load = value as { readonly slot: number } | { readonly value: object };
  return "slot" in load ? load.slot : identityKey(load.value);
}
