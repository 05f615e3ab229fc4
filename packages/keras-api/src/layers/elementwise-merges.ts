/**
 * Merging layers that go element by element. Where Keras has a function as well, `layers.add([a, b])`, we have the factory alone:
 * `layers.add().apply([a, b])`.
 */
import {
  add as addTensors,
  div,
  maximum as larger,
  logicalOr,
  mul,
  minimum as smaller,
  sub,
  type Tensor,
  ValueError,
  where,
} from "@antler/tensor-core";
import type { LayerOptions } from "../layer.ts";
import { ElementwiseMerge, mergeCounting } from "./merge.ts";

/** The sum of its inputs. */
export class Add extends ElementwiseMerge {
  override get className(): string {
    return "Add";
  }
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => addTensors(a, b));
  }
}
/** The first of two inputs minus the second. */
export class Subtract extends ElementwiseMerge {
  override get className(): string {
    return "Subtract";
  }
  protected override merge(inputs: readonly Tensor[]): Tensor {
    if (inputs.length !== 2) throw new ValueError("Subtract", `takes two tensors, got ${inputs.length}`);
    return sub(inputs[0]!, inputs[1]!);
  }
}
/** The product of its inputs. Masked elements count as 1; where all are masked the result is 0. */
export class Multiply extends ElementwiseMerge {
  override get className(): string {
    return "Multiply";
  }
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    const y = inputs.map((x, i) => (masks[i] ? where(masks[i], x, 1) : x)).reduce((a, b) => mul(a, b));
    return masks.every((m) => m !== null) ? where(masks.reduce((a, b) => logicalOr(a!, b!))!, y, 0) : y;
  }
}
/** The mean of its inputs. */
export class Average extends ElementwiseMerge {
  override get className(): string {
    return "Average";
  }
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return div(
      inputs.reduce((a, b) => addTensors(a, b)),
      inputs.length,
    );
  }
}
/** The largest of its inputs. Masked elements do not count. */
export class Maximum extends ElementwiseMerge {
  override get className(): string {
    return "Maximum";
  }
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    return mergeCounting(larger, inputs, masks);
  }
}
/** The smallest of its inputs. Masked elements do not count. */
export class Minimum extends ElementwiseMerge {
  override get className(): string {
    return "Minimum";
  }
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    return mergeCounting(smaller, inputs, masks);
  }
}

/**
 * The sum of tensors.
 * @example
 * layers.add().apply([tensor([[1, 2]]), tensor([[3, 4]])]); // [[4, 6]]
 */
/* @__NO_SIDE_EFFECTS__ */
export const add = (options?: LayerOptions): Add => new Add(options);
/** The first of two tensors minus the second. @example layers.subtract().apply([a, b]) */
/* @__NO_SIDE_EFFECTS__ */
export const subtract = (options?: LayerOptions): Subtract => new Subtract(options);
/** The product of tensors. @example layers.multiply().apply([a, b]) */
/* @__NO_SIDE_EFFECTS__ */
export const multiply = (options?: LayerOptions): Multiply => new Multiply(options);
/** The mean of tensors. @example layers.average().apply([a, b]) */
/* @__NO_SIDE_EFFECTS__ */
export const average = (options?: LayerOptions): Average => new Average(options);
/** The largest of tensors. @example layers.maximum().apply([a, b]) */
/* @__NO_SIDE_EFFECTS__ */
export const maximum = (options?: LayerOptions): Maximum => new Maximum(options);
/** The smallest of tensors. @example layers.minimum().apply([a, b]) */
/* @__NO_SIDE_EFFECTS__ */
export const minimum = (options?: LayerOptions): Minimum => new Minimum(options);
