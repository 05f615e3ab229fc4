/** GroupQueryAttention: attention in which several heads of the query share a head of keys and values. */
import { type Shape, ValueError } from "@antler/tensor-core";
import { autoName } from "../naming.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { HeadedAttention, type HeadedAttentionOptions } from "./headed-attention.ts";

export interface GroupQueryAttentionOptions extends HeadedAttentionOptions {
  /** The size of a head. */
  readonly headDim: number;
  /** A multiple of `numKeyValueHeads`. */
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;
}

/** Ainslie et al. 2023, https://arxiv.org/abs/2305.13245. With one head of keys and values it is multi-query attention. */
export class GroupQueryAttention extends HeadedAttention {
  readonly headDim: number;
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;

  constructor(options: GroupQueryAttentionOptions) {
    // Keras names the class one way, its layers another.
    super({ ...options, name: options.name ?? autoName("GroupedQueryAttention") });
    const { headDim, numQueryHeads, numKeyValueHeads } = options;
    if (numQueryHeads % numKeyValueHeads !== 0) {
      throw new ValueError("GroupQueryAttention", `${numQueryHeads} heads of queries cannot share ${numKeyValueHeads} of keys and values`);
    }
    this.headDim = headDim;
    this.numQueryHeads = numQueryHeads;
    this.numKeyValueHeads = numKeyValueHeads;
  }
  override get className(): string {
    return "GroupQueryAttention";
  }
  protected override get heads(): HeadedAttention["heads"] {
    const { headDim, numQueryHeads, numKeyValueHeads } = this;
    return { query: numQueryHeads, key: numKeyValueHeads, keySize: headDim, valueSize: headDim };
  }
  protected override outputSizes(query: Shape): Shape {
    return query.slice(-1);
  }
  protected override stepAxes(): readonly number[] {
    return [1];
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["headDim", "numQueryHeads", "numKeyValueHeads"]) };
  }
}

/**
 * Attention whose heads share keys and values.
 * @example
 * layers.groupQueryAttention({ headDim: 64, numQueryHeads: 8, numKeyValueHeads: 2 }).apply(query, { value });
 */
/* @__NO_SIDE_EFFECTS__ */
export const groupQueryAttention = (options: GroupQueryAttentionOptions): GroupQueryAttention => new GroupQueryAttention(options);
