/** Dense: every output is a weighted sum of all inputs. */
import { add, cast, type Dim, isKnown, matMul, type Shape, ShapeError, type Tensor, ValueError, type Variable } from "@antler/tensor-core";
import type { Activation } from "../activations/activations.ts";
import { type ActivationLike, get as getActivation, nameOf } from "../activations/get.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface DenseOptions extends LayerOptions, RuleOptions<"kernel" | "bias"> {
  /** How many outputs. */
  readonly units: number;
  /** Default none. */
  readonly activation?: ActivationLike | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
}

/** `activation(x · kernel + bias)` over the last axis: `[..., in]` → `[..., units]`. */
export class Dense extends Layer {
  readonly units: number;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly rules: Readonly<Record<"kernel" | "bias", Rules>>;
  /** `[in, units]`. */
  kernel: Variable | undefined;
  /** `[units]`; none without `useBias`. */
  bias: Variable | undefined;

  constructor(options: DenseOptions) {
    super(options);
    const { units, activation, useBias = true } = options;
    if (!Number.isInteger(units) || units <= 0) throw new ValueError("Dense", `units must be a positive integer, got ${units}`);
    this.units = units;
    this.activation = getActivation(activation);
    this.useBias = useBias;
    this.rules = rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" });
    this.kernel = undefined;
    this.bias = undefined;
    this.inputSpec = { minRank: 2 };
    this.supportsMasking = true;
  }
  override get className(): string {
    return "Dense";
  }

  override build(inputShape: Shape): void {
    const inputs: Dim | undefined = inputShape.at(-1);
    if (inputs === undefined || !isKnown(inputs)) {
      throw new ShapeError("Dense", "needs the size of its input's last axis", { got: [{ shape: inputShape }] });
    }
    this.kernel = this.addWeight({ name: "kernel", shape: [inputs, this.units], ...this.rules.kernel });
    if (this.useBias) this.bias = this.addWeight({ name: "bias", shape: [this.units], ...this.rules.bias });
    this.inputSpec = { minRank: 2, axes: { [-1]: inputs } };
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    const y = matMul(cast(x, this.computeDtype), this.kernel!);
    return this.activation(this.bias ? add(y, this.bias) : y);
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["units", "useBias"]),
      activation: nameOf(this.activation),
      ...rulesConfig(this.rules),
      quantization_config: null,
    };
  }
}

/**
 * Every output a weighted sum of all inputs.
 * @example
 * layers.dense({ units: 10, activation: "softmax" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const dense = (options: DenseOptions): Dense => new Dense(options);
