/** Reverse mode: walks recorded ops back through their vjp. Tapes and the gradients of regions share it. */
import { context, type Recorder } from "./context.ts";
import { isFloat } from "./dtype.ts";
import { GradientError } from "./errors.ts";
import type { IndexedSlices } from "./gather.ts";
import type { Grad, Op } from "./op.ts";
import { add, reshape, sum } from "./primitives.ts";
import type { Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

export interface TapeEntry {
  // biome-ignore lint/suspicious/noExplicitAny: a tape holds ops of every attrs type
  readonly op: Op<any>;
  readonly inputs: readonly Tensor[];
  readonly attrs: unknown;
  readonly outputs: readonly Tensor[];
}

/** Records every op that runs while `fn` does. */
export function recording<T>(entries: TapeEntry[], fn: () => T): T {
  const recorder: Recorder = { record: (op, inputs, attrs, outputs) => void entries.push({ op, inputs, attrs, outputs }) };
  const before = context.recorders;
  context.recorders = [...before, recorder];
  try {
    return fn();
  } finally {
    context.recorders = before;
  }
}

/** Undoes broadcasting, for gradients: sums over the axes the input was repeated along. */
export function unbroadcast(x: Tensor, shape: Shape): Tensor {
  const extra = x.rank - shape.length;
  const axes = x.dims.map((_, i) => i).filter((i) => i < extra || (shape[i - extra] === 1 && x.dims[i] !== 1));
  return axes.length === 0 ? x : reshape(sum(x, { axis: axes }), shape);
}

/** Rows added into zeros where a gradient is IndexedSlices. Who never gathers loads no sums of rows: the slices bring them. */
export const densify = (g: Tensor | IndexedSlices): Tensor => (g instanceof Tensor ? g : g.dense());

const differentiable = (t: Tensor): boolean => isFloat(t.dtype) || t.dtype === "complex64";

/**
 * The gradient of `Σ seeds · targets` for each source; null where no target depends on it.
 * Entries are in the order they ran.
 */
export function backprop(
  entries: readonly TapeEntry[],
  targets: readonly Tensor[],
  seeds: readonly Grad[],
  sources: readonly Tensor[],
): Grad[] {
  const reached = new Set<Tensor>(sources);
  const path = entries.filter((e) => {
    if (!e.inputs.some((x) => reached.has(x) && differentiable(x))) return false;
    for (const y of e.outputs) if (differentiable(y)) reached.add(y);
    return true;
  });
  const grads = new Map<Tensor, Tensor | IndexedSlices>();
  const accumulate = (x: Tensor, given: Grad | undefined): void => {
    if (!given || !reached.has(x)) return;
    const g = given instanceof Tensor ? unbroadcast(given, x.dims) : given;
    const before = grads.get(x);
    grads.set(x, before ? add(densify(before), densify(g)) : g);
  };
  targets.forEach((t, i) => accumulate(t, seeds[i]));

  const wanted = new Set(sources);
  for (const e of path.reverse()) {
    const dys = e.outputs.map((y) => {
      const g = grads.get(y);
      if (g && !wanted.has(y)) grads.delete(y);
      return g ? densify(g) : null;
    });
    if (dys.every((g) => g === null)) continue;
    if (!e.op.vjp) {
      throw new GradientError(e.op.name, "has no gradient, and the target depends on it", {
        got: e.inputs.map((x) => x.spec),
        hint: "Wrap its result in stopGradient() if that is meant.",
      });
    }
    e.op.vjp(dys, e.inputs, e.outputs, e.attrs).forEach((g, i) => accumulate(e.inputs[i]!, g));
  }
  return sources.map((x) => grads.get(x) ?? null);
}
