/** Gradients of functions: grad and valueAndGrad over arguments, variableGrads over variables. */
import { GradientError, identity, leaves, mapTree, Tensor, type Variable } from "@antler/tensor-core";
import { type Gradients, GradientTape } from "./tape.ts";

/**
 * The function that gives the gradient of `f` for its arguments.
 * @param f a function of tensors (or trees of them) whose result is a tensor; its elements are summed
 * @returns for one argument its gradient, for several the array of theirs
 * @example
 * const df = grad((x) => mul(x, x));
 * df(tensor([1, 2])); // [2, 4]
 */
export function grad<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
): (...args: A) => Gradients<A extends readonly [infer One] ? One : A> {
  const both = valueAndGrad(f);
  return (...args) => both(...args).grads;
}

/** As `grad`, with the value beside: `{ value, grads }`. */
export function valueAndGrad<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
): (...args: A) => { value: Tensor; grads: Gradients<A extends readonly [infer One] ? One : A> } {
  return (...args) => {
    const tape = new GradientTape();
    const own = distinct(args);
    const value = tape.run(() => {
      for (const x of leaves(own)) if (x instanceof Tensor) tape.watch(x);
      return f(...own);
    });
    if (!(value instanceof Tensor)) throw new GradientError("valueAndGrad", "the function must return one tensor");
    const grads = tape.gradient(value, own.length === 1 ? own[0] : [...own], { unconnectedGradients: "zero" });
    return { value, grads: grads as never };
  };
}

/** The same arguments, each tensor its own: one given twice has a gradient in each place. */
function distinct<A>(args: A): A {
  const seen = new Set<unknown>();
  return mapTree(args, (x) => (x instanceof Tensor && seen.size === seen.add(x).size ? identity(x) : x)) as A;
}

/**
 * The value of `f` and its gradients for variables.
 * @param variables the trainable variables `f` reads when absent
 * @example
 * const w = variable([1, 2]);
 * const { grads } = variableGrads(() => sum(mul(w, w)));
 * grads.get(w); // [2, 4]
 */
export function variableGrads(f: () => Tensor, variables?: readonly Variable[]): { value: Tensor; grads: Map<Variable, Tensor> } {
  const tape = new GradientTape();
  const value = tape.run(f);
  const list = variables ?? tape.watchedVariables();
  const grads = tape.gradient(value, list, { unconnectedGradients: "zero" });
  return { value, grads: new Map(list.map((v, i) => [v, grads[i]!])) };
}
