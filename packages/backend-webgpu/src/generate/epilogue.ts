/** Maps after a hand-written kernel, as a function of the place and of what the kernel made there. */
import type { Kernel, Size } from "@antler/compiler";
import { libm, Selector } from "@antler/compiler/machine";
import { halves } from "../wgsl/halves.ts";
import type { Reach } from "../wgsl/memory.ts";
import { literal, type Type, typeOf } from "../wgsl/text.ts";
import { type Names, Writer } from "./write.ts";

export interface EpilogueText {
  /** Statements of a scope in which the row is called i0, the column i1 and the result at that place x. */
  readonly lines: readonly string[];
  /** What there is to store then: the kernel's slot, the index, the value as memory keeps it, and its type. */
  readonly stores: readonly { readonly slot: number; readonly index: string; readonly value: string; readonly type: Type }[];
}
const functionOf = libm();

/**
 * @param result the kernel's slot that is x
 * @param reach by the kernel's slots and params
 */
export function epilogueText({ space, stores, params }: Kernel, result: number, reach: Pick<Reach, "load" | "param">): EpilogueText {
  const size = (s: Size): string => (typeof s === "number" ? literal(s, "i32") : reach.param(params.indexOf(s)));
  const names: Names = { axis: (a) => `i${space.indexOf(a)}`, size, accumulator: () => "", check: () => 0 };
  const load: Reach["load"] = (slot, index) => (slot === result ? "x" : reach.load(slot, index));
  const writer = new Writer({ ...(reach as Reach), load }, names);
  const selector = new Selector(functionOf, { halves, seals: true });
  const made = stores.map(({ slot, index, value }) => ({
    slot,
    value: writer.value(selector.stored(value)),
    index: writer.index(index),
    type: typeOf(value.dtype),
  }));
  return { lines: writer.lines, stores: made };
}
