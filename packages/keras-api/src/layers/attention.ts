/** Attention: every step of a query gets the mean of a value's steps, weighted by dot products. */
import {
  add,
  expandDims,
  logicalAnd,
  matMul,
  mul,
  type Shape,
  scaledDotProductAttention,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  ValueError,
  type Variable,
  where,
} from "@antler/tensor-core";
import { type CallContext, type CallOptions, Layer, type LayerOptions } from "../layer.ts";
import { SeedGenerator } from "../seed.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { causalMask } from "./attending.ts";
import { dropped } from "./dropout.ts";

export interface SimpleAttentionOptions extends LayerOptions {
  /** Whether scores are scaled by what is learned. */
  readonly useScale?: boolean | undefined;
  /** The part of the scores that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  readonly seed?: number | null | undefined;
}
/** The options of a call. */
export interface SimpleAttentionCall {
  /** Whether the scores are given, too. Default false. */
  readonly returnAttentionScores?: boolean | undefined;
  /** Whether steps see only themselves and those before. Default false. */
  readonly useCausalMask?: boolean | undefined;
}
type Tensors = readonly Tensor[];
type Masks = readonly (Tensor | null)[];
type Attended = Tensor | readonly [output: Tensor, scores: Tensor];

/** The base: `[query, value]` or `[query, value, key]`, each `[batch, steps, features]` → `[batch, query steps, features]`. */
export abstract class SimpleAttention extends Layer<Tensors, Attended, SimpleAttentionCall> {
  readonly useScale: boolean;
  readonly dropout: number;
  readonly seed: number | null;
  /** None where nothing is dropped. */
  readonly seedGenerator: SeedGenerator | undefined;
  scale: Variable | undefined;

  constructor(options: SimpleAttentionOptions, useScale: boolean) {
    super(options);
    const { dropout = 0, seed = null } = options;
    this.useScale = useScale;
    this.dropout = dropout;
    this.seed = seed;
    this.seedGenerator = dropout > 0 ? new SeedGenerator(seed) : undefined;
    this.scale = undefined;
    this.supportsMasking = true;
  }
  override get callArguments(): readonly string[] {
    return ["mask", "training", "returnAttentionScores", "useCausalMask"];
  }
  /** `[batch, query steps, key steps]`. */
  protected abstract score(query: Tensor, key: Tensor): Tensor;

  override apply(
    inputs: Tensors,
    options: CallOptions<Tensors> & SimpleAttentionCall & { readonly returnAttentionScores: true },
  ): readonly [Tensor, Tensor];
  override apply(inputs: Tensors, options?: CallOptions<Tensors> & SimpleAttentionCall): Tensor;
  override apply(inputs: Tensors, options?: CallOptions<Tensors> & SimpleAttentionCall): Attended {
    return super.apply(inputs, options);
  }
  override build(inputShape: readonly Shape[]): void {
    if (![2, 3].includes(inputShape.length) || !inputShape.every(Array.isArray)) {
      throw new ValueError(this.className, "is applied to [query, value] or [query, value, key]");
    }
    super.build(inputShape);
  }
  override call(inputs: Tensors, context: CallContext<Tensors> & SimpleAttentionCall): Attended {
    const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor?];
    const [queryMask, valueMask] = context.mask;
    const causal = context.useCausalMask ?? false;
    const counted = (x: Tensor): Tensor => (queryMask ? where(expandDims(queryMask, -1), x, 0) : x);
    const drops = context.training && this.seedGenerator;
    // Where all values are masked, Keras lowers every score and weighs as without a mask: that needs the scores.
    const at = drops || context.returnAttentionScores || valueMask ? null : this.scaled(query);
    if (at) return counted(scaledDotProductAttention(at, key, value, { scale: 1, causal }));
    const raw = this.score(query, key);
    const counts = this.#counts(query, key, valueMask ?? null, causal);
    const low = raw.dtype === "float16" ? 65504 : 1e9;
    const scores = softmax(counts ? where(counts, raw, sub(raw, low)) : raw);
    const weights = drops ? dropped(scores, this.dropout, drops) : scores;
    const y = counted(matMul(weights, value));
    return context.returnAttentionScores ? [y, weights] : y;
  }
  /** What scores are the dot products of with keys, or null where they are none. */
  protected scaled(_query: Tensor): Tensor | null {
    return null;
  }
  #counts(query: Tensor, key: Tensor, valueMask: Tensor | null, causal: boolean): Tensor | null {
    const ofValue = valueMask && expandDims(valueMask, -2);
    if (!causal) return ofValue;
    const before = causalMask(query, key);
    return ofValue ? logicalAnd(ofValue, before) : before;
  }
  override computeMask(_inputs: Tensors, mask: Masks): Tensor | null {
    return mask[0] ?? null;
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf<SimpleAttention>(this, ["useScale", "dropout", "seed"]) };
  }
}

export interface AttentionOptions extends SimpleAttentionOptions {
  /** "dot": scores are dot products; "concat": sums of tanh(query + key). Default "dot". */
  readonly scoreMode?: "dot" | "concat" | undefined;
}
/** Dot-product attention (Luong et al. 2015, https://arxiv.org/abs/1508.04025). `useScale` is false unless asked for. */
export class Attention extends SimpleAttention {
  readonly scoreMode: "dot" | "concat";
  /** With "concat", a factor of the scores. */
  concatScoreWeight: Variable | undefined;

  constructor(options: AttentionOptions = {}) {
    super(options, options.useScale ?? false);
    const { scoreMode = "dot" } = options;
    if (scoreMode !== "dot" && scoreMode !== "concat") {
      throw new ValueError("Attention", `scoreMode must be "dot" or "concat", got "${String(scoreMode)}"`);
    }
    this.scoreMode = scoreMode;
    this.concatScoreWeight = undefined;
  }
  override get className(): string {
    return "Attention";
  }
  override build(inputShape: readonly Shape[]): void {
    if (this.useScale) this.scale = this.addWeight({ name: "scale", initializer: "ones" });
    if (this.scoreMode === "concat") this.concatScoreWeight = this.addWeight({ name: "concat_score_weight", initializer: "ones" });
    super.build(inputShape);
  }
  protected override scaled(query: Tensor): Tensor | null {
    if (this.concatScoreWeight) return null;
    return this.scale ? mul(query, this.scale) : query;
  }
  protected override score(query: Tensor, key: Tensor): Tensor {
    if (!this.concatScoreWeight) {
      const products = matMul(query, key, { transposeB: true });
      return this.scale ? mul(products, this.scale) : products;
    }
    const pairs = add(expandDims(query, -2), expandDims(key, -3));
    return mul(sum(tanh(this.scale ? mul(pairs, this.scale) : pairs), { axis: -1 }), this.concatScoreWeight);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["scoreMode"]) };
  }
}

/**
 * Dot-product attention.
 * @example
 * layers.attention().apply([query, value]);
 */
/* @__NO_SIDE_EFFECTS__ */
export const attention = (options?: AttentionOptions): Attention => new Attention(options);
