/** Steps: functions of batches, compiled once for all batch sizes. */
import { type CompiledFunction, func, leaves, type SignatureSpec, Tensor } from "@antler/tensor-core";

/** A function of a batch: a tree of tensors. */
// biome-ignore lint/suspicious/noExplicitAny: batches and results of every structure
export type Step = (batch: any) => any;

/** Compiled steps, by name and by what of a batch's specs is not its size. */
export class Steps {
  readonly #compiled = new Map<string, CompiledFunction<Step>>();

  /** Runs a step as one program, tracing it the first time it sees such a batch. */
  run(name: string, step: Step, batch: unknown): unknown {
    return this.#find(name, step, batch)(batch);
  }
  /** Traces and compiles without running; resolves when every kernel is ready. */
  prepare(name: string, step: Step, batch: unknown): Promise<void> {
    return this.#find(name, step, batch).prepare(batch);
  }
  #find(name: string, step: Step, batch: unknown): CompiledFunction<Step> {
    const tensors = leaves(batch);
    const key = `${name} ${tensors.map((t) => (t instanceof Tensor ? `${t.dtype}[${t.shape.slice(1).join()}]` : "-")).join(" ")}`;
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      const inputSignature = tensors.filter((t) => t instanceof Tensor).map(signatureOf);
      this.#compiled.set(key, (compiled = func(step, { name, inputSignature })));
    }
    return compiled;
  }
}

/** All tensors of a batch have as many rows: one name for their first size makes one trace serve all. */
const signatureOf = ({ shape, dtype }: Tensor): SignatureSpec => ({ shape: ["batch", ...shape.slice(1)], dtype });
