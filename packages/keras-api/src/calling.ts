/** What a layer being called inherits from the layers around it: whether they train, and where losses go. */
import { cast, isFloat, type Tensor, type VariableHook } from "@antler/tensor-core";
import type { MasksOf, Nested } from "./nested.ts";
import type { DTypePolicy } from "./policy.ts";
import { withoutAutocast } from "./weights.ts";

export interface CallOptions<I extends Nested = Tensor> {
  /** Whether layers behave as in training (dropout drops). Default: as the layer around this one, else false. */
  readonly training?: boolean | undefined;
  /** bool, true where a step of the input counts. Default: the mask the input carries. */
  readonly mask?: MasksOf<I> | undefined;
}
/** What `call` is told. */
export interface CallContext<I extends Nested = Tensor> {
  readonly training: boolean;
  readonly mask: MasksOf<I>;
}

interface Calling {
  readonly training: boolean;
  /** What training minimises besides the loss, so far. */
  readonly losses: Tensor[];
}
let current: Calling | undefined;

/**
 * Runs a layer's call; layers inside it train if it does, and their losses are among its own.
 * @param asked what the caller said
 * @returns the result, and the losses added meanwhile
 */
export function called<T>(
  asked: boolean | undefined,
  fn: (training: boolean) => T,
): { readonly result: T; readonly losses: readonly Tensor[] } {
  const before = current;
  const { training, losses } = { training: asked ?? before?.training ?? false, losses: [] as Tensor[] };
  current = { training, losses };
  try {
    const result = fn(training);
    before?.losses.push(...losses);
    return { result, losses };
  } finally {
    current = before;
  }
}

/** Adds a loss to the layer being called. */
export const collectLoss = (loss: Tensor): void => void current?.losses.push(loss);

/** Casts float variables where they are read, under a policy that computes in another dtype than it keeps. */
export function autocastHook({ computeDtype, variableDtype }: DTypePolicy): VariableHook | undefined {
  if (computeDtype === variableDtype) return undefined;
  return (v, value) => (isFloat(v.dtype) && !withoutAutocast.has(v) ? cast(value, computeDtype) : value);
}
