/** Products of an input and a filter that are linear in both: an op and its two gradients, each the others' gradient. */
import { apply, sameDType } from "../dispatch.ts";
import type { Op } from "../op.ts";
import type { Shape } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";

/** Beside the op's own attrs: the shape of what the gradient is for. */
export type WithShape<A> = A & { readonly shape: Shape };

export interface Bilinear<A> {
  readonly op: Op<A>;
  /** Of [dy, filter]. */
  readonly inputGrad: Op<WithShape<A>>;
  /** Of [input, dy]. */
  readonly filterGrad: Op<WithShape<A>>;
}
interface Parts<A> {
  shape(inputs: readonly Spec[], attrs: A): Shape;
  forward(x: Tensor, filter: Tensor, attrs: A): Tensor;
  inputGrad(dy: Tensor, filter: Tensor, attrs: WithShape<A>): Tensor;
  filterGrad(x: Tensor, dy: Tensor, attrs: WithShape<A>): Tensor;
}

/** The three ops, from how each is computed. */
/* @__NO_SIDE_EFFECTS__ */
export function bilinear<A extends object>(name: string, parts: Parts<A>): Bilinear<A> {
  const like = ([x]: readonly Spec[], { shape }: WithShape<A>): Spec[] => [makeSpec(shape, x!.dtype)];
  const composite = <B>(compute: (a: Tensor, b: Tensor, attrs: B) => Tensor): Op<B>["how"] => ({
    kind: "composite",
    expand: ([a, b], attrs) => [compute(a!, b!, attrs)],
  });
  const op: Op<A> = {
    name,
    infer(inputs, attrs) {
      sameDType(name, inputs);
      return [makeSpec(parts.shape(inputs, attrs), inputs[0]!.dtype)];
    },
    vjp: ([dy], [x, w], _y, attrs) => [
      apply(inputGrad, [dy!, w!], { ...attrs, shape: x!.dims }),
      apply(filterGrad, [x!, dy!], { ...attrs, shape: w!.dims }),
    ],
    how: composite(parts.forward),
  };
  const inputGrad: Op<WithShape<A>> = {
    name: `${name}InputGrad`,
    infer: like,
    vjp: ([ddx], [dy, w], _y, attrs) => [apply(op, [ddx!, w!], attrs), apply(filterGrad, [ddx!, dy!], { ...attrs, shape: w!.dims })],
    how: composite(parts.inputGrad),
  };
  const filterGrad: Op<WithShape<A>> = {
    name: `${name}FilterGrad`,
    infer: like,
    vjp: ([ddw], [x, dy], _y, attrs) => [apply(inputGrad, [dy!, ddw!], { ...attrs, shape: x!.dims }), apply(op, [x!, ddw!], attrs)],
    how: composite(parts.filterGrad),
  };
  return { op, inputGrad, filterGrad };
}
