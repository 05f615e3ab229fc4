/** BatchNormalization: mean 0 and variance 1 for every channel, over the batch in training, over what was seen before otherwise. */
import {
  add,
  cast,
  div,
  expandDims,
  moments,
  onesLike,
  reshape,
  type Shape,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
  type Variable,
  where,
} from "@antler/tensor-core";
import { get as getInitializer, type InitializerLike } from "../initializers/get.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { CallContext } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { moveTowards, Normalization, type NormalizationOptions, sizeAlong, widened } from "./normalization.ts";
import { checkClipping, makeRenorm, type RenormClipping, type RenormState, renormalized } from "./renorm.ts";

export interface BatchNormalizationOptions extends NormalizationOptions {
  /** The axis of the channels. Default −1. */
  readonly axis?: number | undefined;
  /** How much of the moving statistics stays at each step. Default 0.99. */
  readonly momentum?: number | undefined;
  /** Default "zeros". */
  readonly movingMeanInitializer?: InitializerLike | undefined;
  /** Default "ones". */
  readonly movingVarianceInitializer?: InitializerLike | undefined;
  /** Whether training, too, normalises with moving statistics (Ioffe 2017, https://arxiv.org/abs/1702.03275). Default false. */
  readonly renorm?: boolean | undefined;
  /** With `renorm`: how far a batch may be corrected. Default: as far as it takes. */
  readonly renormClipping?: RenormClipping | null | undefined;
  /** With `renorm`: how much of its own moving statistics stays at each step. Default 0.99. */
  readonly renormMomentum?: number | undefined;
  /** Whether replicas share their statistics: there is one replica, so it changes nothing. Default false. */
  readonly synchronized?: boolean | undefined;
}

/**
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167. A mask (one axis less than the input) leaves elements out of the
 * statistics. A frozen layer (`trainable = false`) uses its moving statistics in training, too.
 */
export class BatchNormalization extends Normalization {
  readonly axis: number;
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  readonly renorm: boolean;
  readonly renormClipping: RenormClipping | null;
  readonly renormMomentum: number;
  readonly synchronized: boolean;
  /** `[channels]`. */
  movingMean: Variable | undefined;
  /** `[channels]`. */
  movingVariance: Variable | undefined;
  /** With `renorm`: the statistics batches are corrected by. */
  renormState: RenormState | undefined;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.momentum = options.momentum ?? 0.99;
    this.movingMeanInitializer = getInitializer(options.movingMeanInitializer ?? "zeros");
    this.movingVarianceInitializer = getInitializer(options.movingVarianceInitializer ?? "ones");
    this.renorm = options.renorm ?? false;
    this.renormClipping = options.renormClipping ?? (this.renorm ? {} : null);
    if (this.renorm) checkClipping(this.renormClipping!);
    this.renormMomentum = options.renormMomentum ?? 0.99;
    this.synchronized = options.synchronized ?? false;
    this.movingMean = undefined;
    this.movingVariance = undefined;
    this.renormState = undefined;
  }
  override get className(): string {
    return "BatchNormalization";
  }

  override build(inputShape: Shape): void {
    const channels = sizeAlong("BatchNormalization", inputShape, this.axis);
    const shape = [channels];
    this.addAffine(shape);
    const kept = { shape, trainable: false, autocast: false };
    this.movingMean = this.addWeight({ name: "moving_mean", initializer: this.movingMeanInitializer, ...kept });
    this.movingVariance = this.addWeight({ name: "moving_variance", initializer: this.movingVarianceInitializer, ...kept });
    if (this.renorm) this.renormState = makeRenorm(this, (name, initializer) => this.addWeight({ name, initializer, ...kept }));
    this.inputSpec = { rank: inputShape.length, axes: { [this.axis]: channels } };
    super.build(inputShape);
  }

  override call(inputs: Tensor, { training, mask }: CallContext): Tensor {
    if (mask && mask.rank !== inputs.rank - 1) {
      throw new ShapeError("BatchNormalization", "a mask has one axis less than the input", { got: [mask.spec, inputs.spec] });
    }
    const x = widened(inputs);
    const at = this.axis < 0 ? this.axis + x.rank : this.axis;
    const along = (v: Tensor): Tensor =>
      reshape(
        cast(v, x.dtype),
        x.dims.map((d, k) => (k === at ? d : 1)),
      );
    let [gamma, beta] = [this.gamma?.value, this.beta?.value];
    let [mean, variance] = [this.movingMean!.value, this.movingVariance!.value];
    if (training && this.trainable) {
      const axes = [...x.dims.keys()].filter((k) => k !== at);
      ({ mean, variance } = mask ? maskedMoments(x, expandDims(mask, -1), axes) : moments(x, { axis: axes }));
      moveTowards(this.movingMean!, mean, this.momentum);
      if (this.renormState) ({ gamma, beta } = renormalized(this, this.renormState, { mean, variance, gamma, beta }));
      else moveTowards(this.movingVariance!, variance, this.momentum);
    }
    const [factor, shift] = [gamma && along(gamma), beta && along(beta)];
    const y = this.normalized(x, { mean: along(mean), variance: along(variance), gamma: factor, beta: shift });
    return cast(y, this.computeDtype);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      ...configOf(this, ["axis", "momentum", "movingMeanInitializer", "movingVarianceInitializer"]),
      ...configOf(this, ["renorm", "renormClipping", "renormMomentum", "synchronized"]),
    };
  }
}

/** Mean and variance of the elements a mask lets count. */
function maskedMoments(x: Tensor, mask: Tensor, axis: readonly number[]): { readonly mean: Tensor; readonly variance: Tensor } {
  const count = add(sum(where(mask, onesLike(x), 0), { axis, keepDims: true }), 1e-7);
  const mean = div(sum(where(mask, x, 0), { axis, keepDims: true }), count);
  const variance = div(sum(square(where(mask, sub(x, mean), 0)), { axis, keepDims: true }), count);
  const flat = (v: Tensor): Tensor => reshape(v, [-1]);
  return { mean: flat(mean), variance: flat(variance) };
}

/**
 * Mean 0 and variance 1 for every channel, by batches.
 * @example
 * layers.batchNormalization({ momentum: 0.9 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const batchNormalization = (options?: BatchNormalizationOptions): BatchNormalization => new BatchNormalization(options);
