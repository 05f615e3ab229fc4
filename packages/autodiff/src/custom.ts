/** Functions with a gradient of the user's own. */
import {
  type CompositeHow,
  dispatch,
  GradientError,
  identity,
  isFloat,
  type Op,
  type Spec,
  sameShape,
  type Tensor,
  trace,
} from "@antler/tensor-core";
import { GradientTape } from "./tape.ts";

/** What a custom function gives: its value, and how gradients of it become gradients of its inputs. */
export interface WithGradient {
  readonly value: Tensor;
  /** @returns one gradient an input; null for none. Written with ops, so that it can be differentiated in its turn. */
  gradient(dy: Tensor): Tensor | null | readonly (Tensor | null)[];
}

/**
 * Replaces the gradient of a function.
 * @param f gives the value and a function from its gradient to the inputs'
 * @returns a function of the same inputs
 * @example
 * const clipped = customGradient((x: Tensor) => ({ value: x, gradient: (dy) => clipByValue(dy, -1, 1) }));
 */
export function customGradient<A extends readonly Tensor[]>(f: (...inputs: A) => WithGradient): (...inputs: A) => Tensor {
  const op: Op<undefined> = {
    name: f.name || "customGradient",
    infer: (inputs) => [specOf(op, inputs)],
    how: { kind: "composite", expand: (inputs) => [f(...(inputs as A)).value] },
    vjp([dy], inputs) {
      const grads = [f(...(inputs as A)).gradient(dy!)].flat() as (Tensor | null)[];
      if (grads.length !== inputs.length) {
        throw new GradientError(op.name, `its gradient function gave ${grads.length} gradients for ${inputs.length} inputs`);
      }
      grads.forEach((g, i) => {
        if (g && !sameShape(g.dims, inputs[i]!.dims)) {
          throw new GradientError(op.name, `the gradient of input ${i} has another shape`, { got: [inputs[i]!.spec, g.spec] });
        }
      });
      return grads;
    },
  };
  return (...inputs) => dispatch(op, inputs, undefined)[0]!;
}

/** The shape a composite gives is found by tracing it once. */
function specOf(op: Op<undefined>, inputs: readonly Spec[]): Spec {
  const { expand } = op.how as CompositeHow<undefined>;
  const { graph, captured } = trace(op.name, inputs, (xs) => expand(xs, undefined));
  if (captured.length) throw new GradientError(op.name, "closes over tensors or variables", { hint: "Pass them as arguments." });
  return graph.outputs[0]!.spec;
}

/**
 * The same function, whose gradient computes it again instead of remembering what happened inside: less memory for more time.
 * @example
 * const block = recomputeGrad((x: Tensor, w: Tensor) => tanh(matMul(x, w)));
 */
export function recomputeGrad<A extends readonly Tensor[]>(f: (...inputs: A) => Tensor): (...inputs: A) => Tensor {
  return customGradient((...inputs: A) => ({
    value: f(...inputs),
    gradient(dy) {
      const tape = new GradientTape();
      // One tensor may be several inputs, each with a gradient of its own.
      const own = inputs.map((x) => identity(x));
      const y = tape.run(() => {
        tape.watch(own.filter((x) => isFloat(x.dtype)));
        return f(...(own as readonly Tensor[] as A));
      });
      return tape.gradient(y, own, { outputGradients: dy });
    },
  }));
}
