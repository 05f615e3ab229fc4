/** Embedding: a learned vector for every integer. */
import {
  add,
  cast,
  gather,
  less,
  notEqual,
  type Shape,
  type Tensor,
  type TensorData,
  ValueError,
  type Variable,
  where,
} from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface EmbeddingOptions extends LayerOptions, RuleOptions<"embeddings"> {
  /** How many integers there are: the largest plus 1. */
  readonly inputDim: number;
  /** The size of a vector. */
  readonly outputDim: number;
  /** Whether 0 is padding: the result carries a mask that is false there. Default false. */
  readonly maskZero?: boolean | undefined;
  /** The first vectors, `[inputDim, outputDim]`. Default: drawn by the initializer. */
  readonly weights?: Tensor | TensorData | null | undefined;
}

/** Integers `[...]` → `[..., outputDim]`; negative ones count from the end. The gradient holds only the rows that were read. */
export class Embedding extends Layer {
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  readonly rules: Readonly<Record<"embeddings", Rules>>;
  /** `[inputDim, outputDim]`. */
  embeddings: Variable | undefined;

  constructor(options: EmbeddingOptions) {
    super(options);
    const { inputDim, outputDim, maskZero = false, weights } = options;
    for (const [name, size] of Object.entries({ inputDim, outputDim })) {
      if (!Number.isInteger(size) || size <= 0) throw new ValueError("Embedding", `${name} must be a positive integer, got ${size}`);
    }
    this.inputDim = inputDim;
    this.outputDim = outputDim;
    this.maskZero = maskZero;
    this.rules = rulesOf(options, { embeddings: "uniform" });
    this.embeddings = undefined;
    this.supportsMasking = maskZero;
    this.autocast = false;
    if (weights !== undefined && weights !== null) {
      this.build([]);
      this.setWeights([weights]);
    }
  }
  override get className(): string {
    return "Embedding";
  }
  override build(inputShape: Shape): void {
    // Rows are cast after they were picked: the table is larger.
    this.embeddings = this.addWeight({
      name: "embeddings",
      shape: [this.inputDim, this.outputDim],
      ...this.rules.embeddings,
      autocast: false,
    });
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    const ids = x.dtype === "int64" ? x : cast(x, "int32");
    const rows = gather(this.embeddings!, where(less(ids, 0), add(ids, this.inputDim), ids));
    return cast(rows, this.computeDtype);
  }
  override computeMask(inputs: Tensor): Tensor | null {
    return this.maskZero ? notEqual(inputs, 0) : null;
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["inputDim", "outputDim", "maskZero", "activityRegularizer"]),
      ...rulesConfig(this.rules),
      quantization_config: null,
    };
  }
}

/**
 * A learned vector for every integer.
 * @example
 * layers.embedding({ inputDim: 1000, outputDim: 64, maskZero: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const embedding = (options: EmbeddingOptions): Embedding => new Embedding(options);
