/** GroupNormalization: mean 0 and variance 1 for every group of channels of every example. */
import { cast, type Dim, moments, reshape, type Shape, ShapeError, type Tensor, ValueError } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Normalization, type NormalizationOptions, sizeAlong, widened } from "./normalization.ts";

export interface GroupNormalizationOptions extends NormalizationOptions {
  /** How many groups the channels are cut into; −1: each is one of its own. Default 32. */
  readonly groups?: number | undefined;
  /** The axis of the channels. Default −1. */
  readonly axis?: number | undefined;
}

/** Wu and He 2018, https://arxiv.org/abs/1803.08494. One group is layer normalization, as many as channels instance normalization. */
export class GroupNormalization extends Normalization {
  /** Their number once the layer is built, even where −1 was asked for. */
  groups: number;
  readonly axis: number;

  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    const { groups = 32, axis = -1 } = options;
    if (!Number.isInteger(groups) || (groups <= 0 && groups !== -1)) {
      throw new ValueError("GroupNormalization", `groups must be a positive integer or −1, got ${groups}`);
    }
    this.groups = groups;
    this.axis = axis;
    this.autocast = false;
  }
  override get className(): string {
    return "GroupNormalization";
  }
  override build(inputShape: Shape): void {
    const channels = sizeAlong("GroupNormalization", inputShape, this.axis);
    if (this.groups === -1) this.groups = channels;
    if (channels % this.groups !== 0) {
      throw new ShapeError("GroupNormalization", `${channels} channels cannot be cut into ${this.groups} groups`);
    }
    this.addAffine([channels]);
    this.inputSpec = { rank: inputShape.length, axes: { [this.axis]: channels } };
    super.build(inputShape);
  }
  override call(inputs: Tensor): Tensor {
    const x = widened(inputs);
    const at = this.axis < 0 ? this.axis + x.rank : this.axis;
    const cut = (dims: Shape): Shape => dims.flatMap((d, k): Dim[] => (k === at ? [this.groups, (d as number) / this.groups] : [d]));
    const grouped = reshape(x, cut(x.dims));
    const axis = [...grouped.dims.keys()].filter((k) => k !== 0 && k !== at);
    const broadcast = cut(x.dims.map((d, k) => (k === at ? d : 1)));
    const along = (v: Tensor | undefined): Tensor | undefined => v && reshape(cast(v, x.dtype), broadcast);
    const statistics = { ...moments(grouped, { axis, keepDims: true }), gamma: along(this.gamma?.value), beta: along(this.beta?.value) };
    return cast(reshape(this.normalized(grouped, statistics), x.dims), this.computeDtype);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["groups", "axis"]) };
  }
}

/**
 * Mean 0 and variance 1 for every group of channels.
 * @example
 * layers.groupNormalization({ groups: 8 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const groupNormalization = (options?: GroupNormalizationOptions): GroupNormalization => new GroupNormalization(options);
