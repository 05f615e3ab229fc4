/** EinsumDense: a dense layer over the axes that an equation names. */
import { add, cast, einsum, isKnown, type Shape, ShapeError, type Tensor, type Variable } from "@antler/tensor-core";
import type { Activation } from "../activations/activations.ts";
import { type ActivationLike, get as getActivation, nameOf } from "../activations/get.ts";
import { get as getInitializer } from "../initializers/get.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { VarianceScaling } from "../initializers/variance-scaling.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf, serializeObject } from "../serialization/config.ts";
import type { ShapeLike } from "../shapes.ts";
import { type EinsumSizes, einsumSizes } from "./einsum-sizes.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface EinsumDenseOptions extends LayerOptions, RuleOptions<"kernel" | "bias"> {
  /** Input, kernel and output: `"abc,cd->abd"`. The input and the output may begin, or both end, with `...`. */
  readonly equation: string;
  /** The output's sizes without the batch and what `...` stands for; null where they are the input's. */
  readonly outputShape: number | ShapeLike;
  /** Default none. */
  readonly activation?: ActivationLike | undefined;
  /** The letters of the output's axes along which a bias is added. Default none. */
  readonly biasAxes?: string | null | undefined;
}

/** `activation(einsum(equation, x, kernel) + bias)`. */
export class EinsumDense extends Layer {
  readonly equation: string;
  readonly partialOutputShape: ShapeLike;
  readonly activation: Activation;
  readonly biasAxes: string | null;
  readonly rules: Readonly<Record<"kernel" | "bias", Rules>>;
  /** The sizes of the equation's second term. */
  kernel: Variable | undefined;
  /** Broadcasts to the output; none without `biasAxes`. */
  bias: Variable | undefined;

  constructor(options: EinsumDenseOptions) {
    super(options);
    this.equation = options.equation;
    this.partialOutputShape = [options.outputShape].flat() as ShapeLike;
    this.activation = getActivation(options.activation);
    this.biasAxes = options.biasAxes ?? null;
    this.rules = rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" });
    this.kernel = undefined;
    this.bias = undefined;
  }
  override get className(): string {
    return "EinsumDense";
  }

  override build(inputShape: Shape): void {
    const sizes = einsumSizes(this.equation, this.biasAxes, inputShape, this.partialOutputShape);
    const known = (shape: Shape): number[] => {
      if (shape.every(isKnown)) return shape as number[];
      throw new ShapeError("EinsumDense", `"${this.equation}" needs a size for each of its weights' axes`, {
        got: [{ shape: inputShape }],
      });
    };
    const initializer = withFans(this.rules.kernel.initializer, sizes);
    this.kernel = this.addWeight({ name: "kernel", shape: known(sizes.kernel), ...this.rules.kernel, initializer });
    if (sizes.bias) this.bias = this.addWeight({ name: "bias", shape: known(sizes.bias), ...this.rules.bias });
    this.inputSpec = { rank: inputShape.length };
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    const y = einsum(this.equation, cast(x, this.computeDtype), this.kernel!);
    return this.activation(this.bias ? add(y, this.bias) : y);
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["equation", "biasAxes", "activityRegularizer", ["partialOutputShape", "output_shape"]]),
      activation: nameOf(this.activation),
      ...rulesConfig(this.rules),
      quantization_config: null,
    };
  }
}

/** The initializer, told which axes of the kernel are inputs, unless it knows. */
function withFans(initializer: Initializer, { inputAxes, outputAxes }: EinsumSizes): Initializer {
  if (!(initializer instanceof VarianceScaling) || (initializer.inputAxes && initializer.outputAxes)) return initializer;
  const config = { ...initializer.getConfig(), input_axes: inputAxes, output_axes: outputAxes };
  return getInitializer({ ...serializeObject(initializer), config });
}

/**
 * A dense layer over the axes that an equation names.
 * @example
 * layers.einsumDense({ equation: "abc,cd->abd", outputShape: [null, 64], biasAxes: "d" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const einsumDense = (options: EinsumDenseOptions): EinsumDense => new EinsumDense(options);
