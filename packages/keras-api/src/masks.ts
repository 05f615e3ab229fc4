/** Masks ride beside tensors: which steps of a sequence are padding. */
import { leaves, type Tensor } from "@antler/tensor-core";

const masks = new WeakMap<Tensor, Tensor>();

/** The mask of a tensor (bool, true where a step counts), or null. */
export const maskOf = (x: unknown): Tensor | null => masks.get(x as Tensor) ?? null;

/** Gives a tensor a mask. */
export function setMask(x: unknown, mask: Tensor | null): void {
  if (mask) masks.set(x as Tensor, mask);
}

/** Takes a tensor's mask away. */
export const dropMask = (x: unknown): void => void masks.delete(x as Tensor);

/** Gives the tensors of a nest the masks of a nest like it; a tensor that has a mask keeps it. */
export function setMasks(nest: unknown, given: unknown): void {
  if (given === null) return;
  const parts = leaves(given);
  leaves(nest).forEach((x, i) => void (maskOf(x) ?? setMask(x, (parts[i] as Tensor | null | undefined) ?? null)));
}
