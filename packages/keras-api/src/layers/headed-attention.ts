/** What layers of multi-head attention share: projections to heads and back, masks, and how files describe them. */
import { cast, expandDims, mul, type Shape, ShapeError, type Tensor, ValueError } from "@antler/tensor-core";
import { get as getInitializer } from "../initializers/get.ts";
import { type CallContext, type CallOptions, Layer, type LayerOptions, type OptionShapes } from "../layer.ts";
import { maskOf } from "../masks.ts";
import { get as getRegularizer, type RegularizerLike } from "../regularizers/get.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Config, configOf, serialize, serializeObject } from "../serialization/config.ts";
import { toShape } from "../shapes.ts";
import { allOf, attend, causalMask, look, windowMask } from "./attending.ts";
import { Dropout } from "./dropout.ts";
import { EinsumDense } from "./einsum-dense.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface HeadedAttentionOptions extends LayerOptions, RuleOptions<"kernel" | "bias"> {
  /** The part of the scores that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Whether the result is multiplied with the sigmoid of a further projection of the query. Default false. */
  readonly useGate?: boolean | undefined;
  /** A step sees only those less than so many steps away. Default: all. */
  readonly slidingWindow?: number | null | undefined;
  /**
   * Whether scores must not be stored: true refuses what needs them, dropout and returned scores; false stores them always.
   * Default: they are not stored where nothing needs them.
   */
  readonly flashAttention?: boolean | null | undefined;
  /** A penalty for the size of every projection. */
  readonly activityRegularizer?: RegularizerLike | undefined;
  /** Of the dropout. */
  readonly seed?: number | null | undefined;
}

/** The options of a call. */
export interface AttentionCall {
  /** What is looked at: `[batch, S, features]`. */
  readonly value?: Tensor;
  /** What the query is compared with. Default: the value. */
  readonly key?: Tensor | undefined;
  /** bool `[batch, S]`. Default: the mask the value carries. */
  readonly valueMask?: Tensor | null | undefined;
  /** bool `[batch, S]`. Default: the mask the key carries. */
  readonly keyMask?: Tensor | null | undefined;
  /** bool `[batch, T, S]`, true where a step of the query may look at one of the value. */
  readonly attentionMask?: Tensor | null | undefined;
  /** Whether the scores are given, too. Default false. */
  readonly returnAttentionScores?: boolean | undefined;
  /** Whether steps see only themselves and those before. Default false. */
  readonly useCausalMask?: boolean | undefined;
}
export type Attended = Tensor | readonly [output: Tensor, scores: Tensor];

/** How many heads there are, and how many features each has. */
interface Heads {
  readonly query: number;
  readonly key: number;
  readonly keySize: number;
  readonly valueSize: number;
}

/** The base: query `[batch, T, features]` and value `[batch, S, features]` → `[batch, T, features]`. */
export abstract class HeadedAttention extends Layer<Tensor, Attended, AttentionCall> {
  readonly dropout: number;
  readonly useBias: boolean;
  readonly useGate: boolean;
  readonly slidingWindow: number | null;
  readonly seed: number | null;
  readonly rules: Readonly<Record<"kernel" | "bias", Rules>>;
  /** Of the projections. */
  readonly projectionRegularizer: Regularizer | null;
  queryDense: EinsumDense | undefined;
  keyDense: EinsumDense | undefined;
  gateDense: EinsumDense | undefined;
  valueDense: EinsumDense | undefined;
  readonly dropoutLayer: Dropout;
  outputDense: EinsumDense | undefined;
  readonly #flash: boolean | null;
  #shapes: Readonly<Record<string, Shape>> | undefined;

  constructor(options: HeadedAttentionOptions) {
    const { activityRegularizer, ...own } = options;
    super(own);
    const { dropout = 0, slidingWindow = null, flashAttention } = options;
    if (slidingWindow !== null && !(Number.isInteger(slidingWindow) && slidingWindow > 0)) {
      throw new ValueError(this.className, `slidingWindow must be a positive integer, got ${slidingWindow}`);
    }
    if (flashAttention && dropout > 0) {
      throw new ValueError(this.className, "flash attention stores no scores that could be dropped", { hint: "Set dropout to 0." });
    }
    this.dropout = dropout;
    this.#flash = flashAttention ?? null;
    this.useBias = options.useBias ?? true;
    this.useGate = options.useGate ?? false;
    this.slidingWindow = slidingWindow;
    this.seed = options.seed ?? null;
    this.rules = rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" });
    this.projectionRegularizer = getRegularizer(activityRegularizer);
    this.queryDense = undefined;
    this.keyDense = undefined;
    this.gateDense = undefined;
    this.valueDense = undefined;
    this.dropoutLayer = new Dropout({ rate: dropout, seed: this.seed, dtype: this.dtypePolicy });
    this.outputDense = undefined;
    this.supportsMasking = true;
  }
  override get callArguments(): readonly string[] {
    return ["value", "key", "queryMask", "valueMask", "keyMask", "attentionMask", "returnAttentionScores", "training", "useCausalMask"];
  }
  protected abstract get heads(): Heads;
  /** The sizes behind the steps of the result, for a query. */
  protected abstract outputSizes(query: Shape): Shape;
  /** The axes of an input of this rank along which steps lie. */
  protected abstract stepAxes(rank: number): readonly number[];

  override apply(
    inputs: Tensor,
    options: CallOptions & AttentionCall & { readonly returnAttentionScores: true },
  ): readonly [Tensor, Tensor];
  override apply(inputs: Tensor, options?: CallOptions & AttentionCall): Tensor;
  override apply(inputs: Tensor, options?: CallOptions & AttentionCall): Attended {
    return super.apply(inputs, options);
  }

  override build(query: Shape, shapes: OptionShapes = {}): void {
    const { value, key = value } = shapes;
    if (!value || !key) throw new ValueError(this.className, "needs a value to look at", { hint: "Write layer.apply(query, { value })." });
    const apart = (shape: Shape): string => JSON.stringify(shape.slice(1, -1));
    if (apart(value) !== apart(key)) {
      throw new ShapeError(this.className, "value and key differ in more than features", { got: [{ shape: value }, { shape: key }] });
    }
    const { heads } = this;
    this.queryDense = this.#project("query", query, 1, [heads.query, heads.keySize]);
    this.keyDense = this.#project("key", key, 1, [heads.key, heads.keySize]);
    if (this.useGate) this.gateDense = this.#project("gate", query, 1, [heads.query, heads.valueSize], "sigmoid");
    this.valueDense = this.#project("value", value, 1, [heads.key, heads.valueSize]);
    const together = [...query.slice(0, -1), heads.query, heads.valueSize];
    this.outputDense = this.#project("attention_output", together, 2, this.outputSizes(query));
    this.#shapes = { query_shape: query, value_shape: value, ...(shapes["key"] && { key_shape: shapes["key"] }) };
    super.build(query);
  }
  /** A dense layer from the last `bound` axes to axes of these sizes. */
  #project(name: string, shape: Shape, bound: number, sizes: Shape, activation?: string): EinsumDense {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const term = (n: number): string => letters.splice(0, n).join("");
    const [free, inner, output] = [term(shape.length - bound), term(bound), term(sizes.length)];
    const fresh = (rules: Rules): Rules => ({ ...rules, initializer: getInitializer(serializeObject(rules.initializer)) });
    const [kernel, bias] = [fresh(this.rules.kernel), fresh(this.rules.bias)];
    const layer = new EinsumDense({
      name,
      equation: `${free}${inner},${inner}${output}->${free}${output}`,
      outputShape: [...shape.slice(1, -bound).map(() => null), ...sizes],
      activation,
      biasAxes: this.useBias ? output : null,
      dtype: this.dtypePolicy,
      activityRegularizer: this.projectionRegularizer ?? undefined,
      kernelInitializer: kernel.initializer,
      kernelRegularizer: kernel.regularizer ?? undefined,
      kernelConstraint: kernel.constraint ?? undefined,
      biasInitializer: bias.initializer,
      biasRegularizer: bias.regularizer ?? undefined,
      biasConstraint: bias.constraint ?? undefined,
    });
    layer.buildOnce(shape);
    return layer;
  }

  override call(query: Tensor, context: CallContext & AttentionCall): Attended {
    const { value, training, returnAttentionScores = false } = context;
    const key = context.key ?? value!;
    const [q, k, v] = [this.queryDense!.apply(query), this.keyDense!.apply(key), this.valueDense!.apply(value!)];
    const axes = this.stepAxes(query.rank);
    const mask = this.#mask(query, value!, context);
    const causal = context.useCausalMask ?? false;
    const zeroNothing = this.dropout > 0 || returnAttentionScores || query.rank !== 3;
    const isMasked = mask !== null || causal;
    const needsScores = returnAttentionScores || (training && this.dropout > 0) || (isMasked && (zeroNothing || axes.length > 1));
    if (this.#flash && needsScores) {
      throw new ValueError(this.className, "flash attention stores no scores, and this call needs them", {
        hint: "Leave flashAttention out, or do not ask for scores, or for masks with steps along several axes.",
      });
    }
    const { output, scores } =
      needsScores || this.#flash === false
        ? attend(q, k, v, {
            axes,
            mask: allOf([mask, causal ? causalMask(query, value!) : null]),
            zeroNothing,
            dropout: (x) => this.dropoutLayer.apply(x, { training }),
          })
        : { output: look(q, k, v, { axes, mask, causal }), scores: null };
    const gated = this.gateDense ? mul(output, this.gateDense.apply(query)) : output;
    const y = this.outputDense!.apply(gated);
    return returnAttentionScores ? [y, scores!] : y;
  }
  /** What the masks of query, value and key, and the one given, allow together. */
  #mask(query: Tensor, value: Tensor, { mask, key, ...given }: CallContext & AttentionCall): Tensor | null {
    const steps = (m: Tensor | null | undefined, axis: number): Tensor | null => (m ? expandDims(cast(m, "bool"), axis) : null);
    const own = given.valueMask === undefined ? maskOf(value) : given.valueMask;
    const ofKey = given.keyMask === undefined ? maskOf(key) : given.keyMask;
    return allOf([
      given.attentionMask && cast(given.attentionMask, "bool"),
      steps(mask, -1),
      steps(own, -2),
      steps(ofKey, -2),
      this.slidingWindow === null ? null : windowMask(query, value, this.slidingWindow),
    ]);
  }

  override getBuildConfig(): Config | null {
    return this.#shapes ? { shapes_dict: serialize(this.#shapes) } : null;
  }
  override buildFromConfig(config: Config): void {
    const shapes = config["shapes_dict"] as Readonly<Record<string, (number | null)[]>> | undefined;
    if (!shapes) return;
    const [query, value, key] = ["query_shape", "value_shape", "key_shape"].map((name) => shapes[name] && toShape(shapes[name]));
    const given = { ...(value && { value }), ...(key && { key }) };
    this.buildOnce(query!, given);
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf<HeadedAttention>(this, ["dropout", "useBias", "useGate", "slidingWindow", "seed"]),
      ...rulesConfig(this.rules),
      activity_regularizer: serialize(this.projectionRegularizer),
    };
  }
}
