/** The variables of optimizers: how they are made, and how a step that may not count is taken back. */
import { type DType, elements, suspendTrace, type Tensor, tensor, Variable, where } from "@antler/tensor-core";
import { storedZeros } from "../zeros.ts";

export interface StateOptions {
  readonly shape?: readonly number[] | undefined;
  /** Default float32. */
  readonly dtype?: DType | undefined;
  readonly savedDtype?: DType | undefined;
  /** What it is filled with. Default 0. */
  readonly value?: number | undefined;
}

/** A variable stored from the host: nothing is dispatched, also while a step is traced. */
export function stateVariable(name: string, { shape = [], dtype = "float32", savedDtype, value = 0 }: StateOptions = {}): Variable {
  return suspendTrace(() => {
    const filled = (): Tensor => tensor(new Float32Array(elements(shape)).fill(value), shape, dtype);
    const first = value ? filled() : storedZeros(shape, dtype);
    const made = new Variable(first, { name, trainable: false, savedDtype });
    first.dispose();
    return made;
  });
}

/**
 * Runs `update`; where the condition turns out false, the variables keep the values they had. All of it is arithmetic: no branch
 * stops the device.
 */
export function assignWhere(condition: Tensor, variables: readonly Variable[], update: () => void): void {
  const before = variables.map((v) => v.value);
  update();
  variables.forEach((v, i) => {
    const after = v.value;
    // In a trace, what was not assigned is the same object: it needs no choice.
    if (after !== before[i]) v.assign(where(condition, after, before[i]!));
  });
}
