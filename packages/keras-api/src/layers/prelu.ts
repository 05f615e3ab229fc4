/** PReLU: a rectifier that learns its slopes below 0. */
import { add, isKnown, mul, neg, relu, type Shape, ShapeError, type Tensor, type Variable } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "./rules.ts";

export interface PReLUOptions extends LayerOptions, RuleOptions<"alpha"> {
  /** Axes along which all elements have one slope, counted with the batch as 0: `[1, 2]` for images. Default none. */
  readonly sharedAxes?: number | readonly number[] | null | undefined;
}

/** x where positive, else `alpha · x` (He et al. 2015, https://arxiv.org/abs/1502.01852). */
export class PReLU extends Layer {
  readonly rules: Readonly<Record<"alpha", Rules>>;
  readonly sharedAxes: readonly number[] | null;
  /** The slopes: the input's sizes without the batch, 1 along shared axes. */
  alpha: Variable | undefined;

  constructor(options: PReLUOptions = {}) {
    super(options);
    this.rules = rulesOf(options, { alpha: "zeros" });
    this.sharedAxes = options.sharedAxes === undefined || options.sharedAxes === null ? null : [options.sharedAxes].flat();
    this.alpha = undefined;
    this.supportsMasking = true;
  }
  override get className(): string {
    return "PReLU";
  }
  override build(inputShape: Shape): void {
    const isShared = (axis: number): boolean => this.sharedAxes?.includes(axis) ?? false;
    const shape = inputShape.map((d, axis) => {
      if (axis === 0 || isShared(axis)) return 1;
      if (isKnown(d)) return d;
      throw new ShapeError("PReLU", `needs the size of axis ${axis}, or to share its slopes`, { got: [{ shape: inputShape }] });
    });
    this.alpha = this.addWeight({ name: "alpha", shape: shape.slice(1), ...this.rules.alpha });
    const own = this.sharedAxes?.length ? [...shape.entries()].filter(([axis]) => axis > 0 && !isShared(axis)) : [];
    this.inputSpec = { rank: inputShape.length, axes: Object.fromEntries(own) };
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    return add(relu(x), mul(neg(this.alpha!.value), relu(neg(x))));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...rulesConfig(this.rules), ...configOf(this, ["sharedAxes"]) };
  }
}

/**
 * A rectifier that learns its slopes below 0.
 * @example
 * layers.prelu({ sharedAxes: [1, 2] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const prelu = (options?: PReLUOptions): PReLU => new PReLU(options);
