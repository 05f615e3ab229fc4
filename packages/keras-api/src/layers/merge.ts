/** What layers that make one tensor of several share: inputs of one rank, and a mask that is true where one of theirs is. */
import { expandDims, logicalOr, type Shape, type Tensor, ValueError, where } from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import type { Config } from "../serialization/config.ts";

type Masks = readonly (Tensor | null)[];

/** The base of merging layers: a list of tensors → a tensor. */
export abstract class Merge extends Layer<readonly Tensor[]> {
  constructor(options: LayerOptions = {}) {
    super(options);
    this.supportsMasking = true;
  }
  override build(inputShape: readonly Shape[]): void {
    if (inputShape.length === 0 || !inputShape.every(Array.isArray)) {
      throw new ValueError(this.className, "is applied to a list of tensors", { hint: "Write layer.apply([a, b])." });
    }
    super.build(inputShape);
  }
  override computeMask(_inputs: readonly Tensor[], masks: Masks): Tensor | null {
    return masks.every((m) => m !== null) ? masks.reduce((a, b) => logicalOr(a!, b!)) : null;
  }
  override getConfig(): Config {
    return this.baseConfig();
  }
}

/** The base of merging layers that go element by element: axes of size 1 broadcast, and missing ones are put behind the batch. */
export abstract class ElementwiseMerge extends Merge {
  /** Makes one of tensors of one rank; masks have an axis of size 1 for the features, and are null where ranks differ. */
  protected abstract merge(inputs: readonly Tensor[], masks: Masks): Tensor;

  override call(inputs: readonly Tensor[], { mask }: CallContext<readonly Tensor[]>): Tensor {
    const rank = Math.max(...inputs.map((x) => x.rank));
    const same = inputs.every((x) => x.rank === rank);
    const masks = inputs.map((_, i) => (same && mask[i] ? expandDims(mask[i], -1) : null));
    return this.merge(
      inputs.map((x) => withRank(x, rank)),
      masks,
    );
  }
}
const withRank = (x: Tensor, rank: number): Tensor => (x.rank < rank ? withRank(expandDims(x, 1), rank) : x);

/** The tensors combined by pairs. Where only one of a pair counts it is taken as it is. */
export function mergeCounting(op: (a: Tensor, b: Tensor) => Tensor, inputs: readonly Tensor[], masks: Masks): Tensor {
  return inputs.reduce<Merged | null>((before, x, i) => {
    const mask = masks[i] ?? null;
    if (!before) return { y: x, mask };
    const next = mask ? where(mask, x, before.y) : x;
    const y = before.mask ? where(before.mask, before.y, next) : before.y;
    return { y: op(y, next), mask: mask && before.mask && logicalOr(mask, before.mask) };
  }, null)!.y;
}
interface Merged {
  readonly y: Tensor;
  readonly mask: Tensor | null;
}
