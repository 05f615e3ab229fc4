/** Activations by name. */
import { lookup } from "../lookup.ts";
import type { Activation } from "./activations.ts";
import * as known from "./activations.ts";

/** A name such as `"relu"`, a function, or null for none. */
export type ActivationLike = string | Activation | null;

const table: Readonly<Record<string, Activation>> = {
  elu: known.elu,
  exponential: known.exponential,
  gelu: known.gelu,
  hard_sigmoid: known.hardSigmoid,
  leaky_relu: known.leakyRelu,
  linear: known.linear,
  log_softmax: known.logSoftmax,
  mish: known.mish,
  relu: known.relu,
  relu6: known.relu6,
  selu: known.selu,
  sigmoid: known.sigmoid,
  silu: known.silu,
  softmax: known.softmax,
  softplus: known.softplus,
  softsign: known.softsign,
  swish: known.silu,
  tanh: known.tanh,
};

/**
 * The activation a name stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * activations.get("relu")(tensor([-1, 2])); // [0, 2]
 */
export function get(identifier: ActivationLike | undefined): Activation {
  if (identifier === null || identifier === undefined) return known.linear;
  return typeof identifier === "function" ? identifier : lookup("activation", table, identifier);
}

/** The name configs hold for an activation. */
export const nameOf = (activation: Activation): string => Object.keys(table).find((name) => table[name] === activation) ?? activation.name;
