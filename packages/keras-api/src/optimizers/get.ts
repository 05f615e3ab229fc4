/** Optimizers by name. */
import { lookup } from "../lookup.ts";
import { Adam } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import { SGD } from "./sgd.ts";

/** A name such as `"adam"`, or an optimizer. */
export type OptimizerLike = string | Optimizer;

const table: Readonly<Record<string, () => Optimizer>> = { adam: () => new Adam(), sgd: () => new SGD() };

/**
 * The optimizer a name stands for, with its default options.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * optimizers.get("adam");
 */
export const get = (identifier: OptimizerLike): Optimizer =>
  identifier instanceof Optimizer ? identifier : lookup("optimizer", table, identifier)();
