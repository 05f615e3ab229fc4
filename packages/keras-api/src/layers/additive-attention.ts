/** AdditiveAttention: attention that scores a query and a key by a weighted sum of tanh(query + key). */
import { add, expandDims, mul, type Shape, sum, type Tensor, tanh } from "@antler/tensor-core";
import { SimpleAttention, type SimpleAttentionOptions } from "./attention.ts";
import { sizeAlong } from "./normalization.ts";

/** Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473. `useScale` is true unless asked otherwise. */
export class AdditiveAttention extends SimpleAttention {
  constructor(options: SimpleAttentionOptions = {}) {
    super(options, options.useScale ?? true);
  }
  override get className(): string {
    return "AdditiveAttention";
  }
  override build(inputShape: readonly Shape[]): void {
    super.build(inputShape);
    if (!this.useScale) return;
    const shape = [sizeAlong("AdditiveAttention", inputShape[0]!, -1)];
    this.scale = this.addWeight({ name: "scale", shape, initializer: "glorot_uniform" });
  }
  protected override score(query: Tensor, key: Tensor): Tensor {
    const pairs = tanh(add(expandDims(query, -2), expandDims(key, -3)));
    return sum(this.scale ? mul(pairs, this.scale) : pairs, { axis: -1 });
  }
}

/**
 * Attention by sums.
 * @example
 * layers.additiveAttention().apply([query, value]);
 */
/* @__NO_SIDE_EFFECTS__ */
export const additiveAttention = (options?: SimpleAttentionOptions): AdditiveAttention => new AdditiveAttention(options);
