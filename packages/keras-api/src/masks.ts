/** Masks ride beside tensors: which steps of a sequence are padding. */
import type { Tensor } from "@antler/tensor-core";

const masks = new WeakMap<Tensor, Tensor>();

/** The mask of a tensor (bool, true where a step counts), or null. */
export const maskOf = (x: unknown): Tensor | null => masks.get(x as Tensor) ?? null;

/** Gives a tensor a mask. */
export function setMask(x: unknown, mask: Tensor | null): void {
  if (mask) masks.set(x as Tensor, mask);
}
