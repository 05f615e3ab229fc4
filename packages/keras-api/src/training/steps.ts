/** Steps: functions of batches, compiled once for all batch sizes. */
import { type CompiledFunction, func, type SignatureSpec, type Tensor } from "@antler/tensor-core";

/** A function of the tensors of a batch. */
export type Step = (...batch: Tensor[]) => Tensor;

/** Compiled steps, by name and by what of a batch's specs is not its size. */
export class Steps {
  readonly #compiled = new Map<string, CompiledFunction<Step>>();

  /** Runs a step as one program, tracing it the first time it sees such a batch. */
  run(name: string, step: Step, batch: readonly Tensor[]): Tensor {
    const key = `${name} ${batch.map((t) => `${t.dtype}[${t.shape.slice(1).join()}]`).join(" ")}`;
    let compiled = this.#compiled.get(key);
    if (!compiled) this.#compiled.set(key, (compiled = func(step, { name, inputSignature: batch.map(signatureOf) })));
    return compiled(...batch);
  }
}

/** All tensors of a batch have as many rows: one name for their first size makes one trace serve all. */
const signatureOf = ({ shape, dtype }: Tensor): SignatureSpec => ({ shape: ["batch", ...shape.slice(1)], dtype });
