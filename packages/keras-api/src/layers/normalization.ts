/** What normalising layers share: they shift and scale by statistics, then by what they learn. */
import { add, cast, type Dim, isKnown, mul, neg, rsqrt, type Shape, ShapeError, type Tensor, type Variable } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface NormalizationOptions extends LayerOptions, RuleOptions<"gamma" | "beta"> {
  /** Added to the variance, so that nothing is divided by 0. Default 0.001. */
  readonly epsilon?: number | undefined;
  /** Whether `beta` is learned and added. Default true. */
  readonly center?: boolean | undefined;
  /** Whether `gamma` is learned and multiplied with. Default true. */
  readonly scale?: boolean | undefined;
}

/** The base of layers that bring mean and variance to what they learn. */
export abstract class Normalization extends Layer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly rules: Readonly<Record<"gamma" | "beta", Rules>>;
  /** The factors; none without `scale`. */
  gamma: Variable | undefined;
  /** What is added; none without `center`. */
  beta: Variable | undefined;

  constructor(options: NormalizationOptions) {
    super(options);
    this.epsilon = options.epsilon ?? 1e-3;
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.rules = rulesOf(options, { beta: "zeros", gamma: "ones" });
    this.gamma = undefined;
    this.beta = undefined;
    this.supportsMasking = true;
  }
  /** Makes gamma and beta, where they are wanted. */
  protected addAffine(shape: readonly number[], { scale, center }: Pick<Normalization, "scale" | "center"> = this): void {
    if (scale) this.gamma = this.addWeight({ name: "gamma", shape, ...this.rules.gamma, autocast: false });
    if (center) this.beta = this.addWeight({ name: "beta", shape, ...this.rules.beta, autocast: false });
  }
  /** `(x − mean) / √(variance + ε) · gamma + beta`; everything broadcasts to x. */
  protected normalized(x: Tensor, { mean, variance, gamma, beta }: Statistics): Tensor {
    const root = rsqrt(add(variance, this.epsilon));
    const factor = gamma ? mul(root, gamma) : root;
    const shift = neg(mul(mean, factor));
    return add(mul(x, factor), beta ? add(shift, beta) : shift);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["epsilon", "center", "scale"]), ...rulesConfig(this.rules) };
  }
}

export interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly gamma: Tensor | undefined;
  readonly beta: Tensor | undefined;
}

/** 16-bit floats as float32: sums of their squares would overflow. */
export const widened = (x: Tensor): Tensor => (x.dtype === "float64" ? x : cast(x, "float32"));

/** The known size of an axis that weights are made for. @throws ShapeError where it is unknown or missing */
export function sizeAlong(layer: string, shape: Shape, axis: number): number {
  const size: Dim | undefined = shape.at(axis);
  if (size !== undefined && isKnown(size)) return size;
  throw new ShapeError(layer, `needs the size of its input's axis ${axis}`, { got: [{ shape }] });
}

/** Sets a moving statistic to `old · momentum + value · (1 − momentum)`. @returns its new value */
export function moveTowards(v: Variable, value: Tensor, momentum: number): Tensor {
  const next = add(mul(v.value, momentum), mul(cast(value, v.dtype), 1 - momentum));
  v.assign(next);
  return next;
}
