/** Dot: the inner products of two tensors along an axis of each. */
import { matMul, reshape, ShapeError, sizeOf, type Tensor, transpose, ValueError } from "@antler/tensor-core";
import type { LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { Merge } from "./merge.ts";
import { unitLength } from "./unit-normalization.ts";

export interface DotOptions extends LayerOptions {
  /** The axis, or one for each of the two inputs; never 0, the batch. */
  readonly axes: number | readonly number[];
  /** Whether both are brought to length 1 along it first, so that the results are cosines. Default false. */
  readonly normalize?: boolean | undefined;
}

/** `[batch, …a]` and `[batch, …b]` → `[batch, …a, …b]` without the two axes; `[batch, 1]` of two lists of vectors. */
export class Dot extends Merge {
  readonly axes: number | readonly number[];
  readonly normalize: boolean;

  constructor(options: DotOptions) {
    super(options);
    const list = [options.axes].flat();
    if (!(list.length === 2 || typeof options.axes === "number") || !list.every(Number.isInteger)) {
      throw new ValueError("Dot", `axes must be one or two integers, got ${JSON.stringify(options.axes)}`);
    }
    this.axes = options.axes;
    this.normalize = options.normalize ?? false;
  }
  override get className(): string {
    return "Dot";
  }
  override call(inputs: readonly Tensor[]): Tensor {
    if (inputs.length !== 2) throw new ValueError("Dot", `takes two tensors, got ${inputs.length}`);
    const [first, second] = typeof this.axes === "number" ? [this.axes, this.axes] : (this.axes as [number, number]);
    const [a, b] = [this.#side(inputs[0]!, first), this.#side(inputs[1]!, second)];
    const inner = a.x.dims[a.axis]!;
    if (b.x.dims[b.axis] !== inner) {
      throw new ShapeError("Dot", `axis ${a.axis} of the first and axis ${b.axis} of the second differ in size`, {
        got: inputs.map((x) => x.spec),
      });
    }
    const batch = a.x.dims[0]!;
    const [left, right] = [a, b].map(({ x, axis, rest }) => {
      const size = sizeOf(
        "dot",
        rest.map((k) => x.dims[k]!),
      );
      return reshape(transpose(x, [0, ...rest, axis]), [x.dims[0]!, size, inner]);
    }) as [Tensor, Tensor];
    const sizes = [a, b].flatMap(({ x, rest }) => rest.map((k) => x.dims[k]!));
    return reshape(matMul(left, right, { transposeB: true }), [batch, ...(sizes.length ? sizes : [1])]);
  }
  /** An input, the axis summed over, and the axes that stay. */
  #side(x: Tensor, given: number): { readonly x: Tensor; readonly axis: number; readonly rest: readonly number[] } {
    const axis = given < 0 ? given + x.rank : given;
    if (x.rank < 2 || axis <= 0 || axis >= x.rank) {
      throw new ShapeError("Dot", `has no axis ${given} behind the batch to sum over`, { got: [x.spec] });
    }
    const rest = [...x.dims.keys()].filter((k) => k !== 0 && k !== axis);
    return { x: this.normalize ? unitLength(x, axis) : x, axis, rest };
  }
  override computeMask(): null {
    return null;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["axes", "normalize"]) };
  }
}

/**
 * Inner products. Keras's function of this name is `layers.dot({ axes }).apply([a, b])`.
 * @example
 * layers.dot({ axes: 1 }).apply([tensor([[1, 2]]), tensor([[3, 4]])]); // [[11]]
 */
/* @__NO_SIDE_EFFECTS__ */
export const dot = (options: DotOptions): Dot => new Dot(options);
