/** MultiHeadAttention: every step of a query looks at the steps of a value, with several heads at once. */
import { type Shape, type Tensor, ValueError } from "@antler/tensor-core";
import type { CallContext } from "../layer.ts";
import { dropMask } from "../masks.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type Attended, type AttentionCall, HeadedAttention, type HeadedAttentionOptions } from "./headed-attention.ts";

export interface MultiHeadAttentionOptions extends HeadedAttentionOptions {
  readonly numHeads: number;
  /** The size of a head's queries and keys. */
  readonly keyDim: number;
  /** The size of a head's values. Default: the keys'. */
  readonly valueDim?: number | null | undefined;
  /** The sizes of the result behind the steps. Default: the query's features. */
  readonly outputShape?: number | readonly number[] | null | undefined;
  /** The axes along which steps lie. Default: all but batch and features. */
  readonly attentionAxes?: number | readonly number[] | null | undefined;
}

/**
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
 * @example
 * const x = randomNormal([2, 5, 16], { seed: [1, 2] });
 * layers.multiHeadAttention({ numHeads: 2, keyDim: 8 }).apply(x, { value: x, useCausalMask: true }).shape; // [2, 5, 16]
 */
export class MultiHeadAttention extends HeadedAttention {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly outputDims: readonly number[] | null;
  /** All of them once the layer is built, counted from the front. */
  attentionAxes: readonly number[] | null;

  constructor(options: MultiHeadAttentionOptions) {
    super(options);
    const { numHeads, keyDim, outputShape, attentionAxes } = options;
    const valueDim = options.valueDim ?? keyDim;
    for (const [name, size] of Object.entries({ numHeads, keyDim, valueDim })) {
      if (!Number.isInteger(size) || size <= 0)
        throw new ValueError("MultiHeadAttention", `${name} must be a positive integer, got ${size}`);
    }
    this.numHeads = numHeads;
    this.keyDim = keyDim;
    this.valueDim = valueDim;
    this.outputDims = outputShape ? [outputShape].flat() : null;
    this.attentionAxes = attentionAxes === undefined || attentionAxes === null ? null : [attentionAxes].flat();
  }
  override get className(): string {
    return "MultiHeadAttention";
  }
  protected override get heads(): HeadedAttention["heads"] {
    const { numHeads, keyDim, valueDim } = this;
    return { query: numHeads, key: numHeads, keySize: keyDim, valueSize: valueDim };
  }
  protected override outputSizes(query: Shape): Shape {
    return this.outputDims ?? query.slice(-1);
  }
  protected override stepAxes(rank: number): readonly number[] {
    return this.attentionAxes?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? Array.from({ length: rank - 2 }, (_, i) => i + 1);
  }
  override build(query: Shape, shapes: Readonly<Record<string, Shape>> = {}): void {
    super.build(query, shapes);
    this.attentionAxes = this.stepAxes(query.length);
  }
  /** As in Keras, the tensors that were attended to carry no masks any more: layers that add them to the result do not see any. */
  override call(query: Tensor, context: CallContext & AttentionCall): Attended {
    const y = super.call(query, context);
    for (const x of [query, context.value, context.key]) dropMask(x);
    return y;
  }
  override getConfig(): Config {
    return {
      ...super.getConfig(),
      ...configOf(this, ["numHeads", "keyDim", "valueDim", ["outputDims", "output_shape"], "attentionAxes"]),
    };
  }
}

/**
 * Attention with several heads.
 * @example
 * layers.multiHeadAttention({ numHeads: 8, keyDim: 64 }).apply(query, { value });
 */
/* @__NO_SIDE_EFFECTS__ */
export const multiHeadAttention = (options: MultiHeadAttentionOptions): MultiHeadAttention => new MultiHeadAttention(options);
