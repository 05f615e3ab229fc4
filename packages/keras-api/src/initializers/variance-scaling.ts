/** Initializers whose spread depends on how many numbers a unit adds up. */
import { cast, type DType, randomNormal, randomUniform, type Tensor, truncatedNormal, ValueError } from "@antler/tensor-core";
import { checkOneOf } from "../parameters.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { RandomInitializer, type SeedOptions } from "./initializer.ts";

export type FanMode = "fan_in" | "fan_out" | "fan_avg";
export type Distribution = "truncated_normal" | "untruncated_normal" | "uniform";
export interface FanOptions extends SeedOptions {
  /** The axes along which numbers are added up. With `outputAxes`; default: all but the last. */
  readonly inputAxes?: readonly number[] | null | undefined;
  /** The axes along which results lie. With `inputAxes`; default: all but the one before the last. */
  readonly outputAxes?: readonly number[] | null | undefined;
}
export interface VarianceScalingOptions extends FanOptions {
  /** Default 1. */
  readonly scale?: number | undefined;
  /** Which number of connections divides the scale. Default "fan_in". */
  readonly mode?: FanMode | undefined;
  /** "normal" is "truncated_normal", the default. */
  readonly distribution?: Distribution | "normal" | undefined;
}

const MODES: readonly string[] = ["fan_in", "fan_out", "fan_avg"];
const DISTRIBUTIONS: readonly string[] = ["truncated_normal", "untruncated_normal", "uniform"];
/** The standard deviation of a unit normal cut at ±2. */
const CUT = 0.8796256610342398;

/** Draws with variance `scale / n`, where n counts connections: `[..., in, out]` are a kernel's last axes. */
export class VarianceScaling extends RandomInitializer {
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: Distribution;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;

  constructor(options: VarianceScalingOptions = {}) {
    super(options);
    const { scale = 1, mode = "fan_in", distribution = "truncated_normal" } = options;
    this.scale = scale;
    this.mode = mode;
    this.distribution = distribution === "normal" ? "truncated_normal" : distribution;
    this.inputAxes = options.inputAxes ?? null;
    this.outputAxes = options.outputAxes ?? null;
    if (!(scale > 0)) throw new ValueError("VarianceScaling", `the scale must be positive, got ${scale}`);
    checkOneOf("VarianceScaling", "mode", this.mode, MODES);
    checkOneOf("VarianceScaling", "distribution", this.distribution, DISTRIBUTIONS);
  }
  override get className(): string {
    return "VarianceScaling";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    const [fanIn, fanOut] = fans(shape, this.inputAxes, this.outputAxes);
    const n = this.mode === "fan_in" ? fanIn : this.mode === "fan_out" ? fanOut : (fanIn + fanOut) / 2;
    const variance = this.scale / Math.max(1, n);
    return cast(this.#draw(shape, variance), dtype);
  }
  #draw(shape: readonly number[], variance: number): Tensor {
    if (this.distribution === "uniform") {
      const limit = Math.sqrt(3 * variance);
      return randomUniform(shape, { seed: this.key, minval: -limit, maxval: limit });
    }
    const stddev = Math.sqrt(variance);
    if (this.distribution === "untruncated_normal") return randomNormal(shape, { seed: this.key, stddev });
    return truncatedNormal(shape, { seed: this.key, stddev: stddev / CUT });
  }
  override getConfig(): Config {
    return configOf(this, ["scale", "mode", "distribution", "seed", "inputAxes", "outputAxes"]);
  }
}

/** How many numbers go into a unit of a kernel, and how many units each number goes to. */
function fans(
  shape: readonly number[],
  inputAxes: readonly number[] | null,
  outputAxes: readonly number[] | null,
): readonly [number, number] {
  if (inputAxes && outputAxes) return [product(inputAxes.map((a) => shape.at(a)!)), product(outputAxes.map((a) => shape.at(a)!))];
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = product(shape.slice(0, -2));
  return [shape.at(-2)! * field, shape.at(-1)! * field];
}
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** A variance scaling with everything but seed and axes decided. */
abstract class Preset extends VarianceScaling {
  constructor(options: FanOptions, scale: number, mode: FanMode, distribution: Distribution) {
    super({ ...options, scale, mode, distribution });
  }
  override getConfig(): Config {
    return configOf(this, ["seed", "inputAxes", "outputAxes"]);
  }
}
/** Uniform within `±√(6 / (fanIn + fanOut))` (Glorot and Bengio 2010): the default of kernels. */
export class GlorotUniform extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 1, "fan_avg", "uniform");
  }
  override get className(): string {
    return "GlorotUniform";
  }
}
/** Truncated normal with variance `2 / (fanIn + fanOut)` (Glorot and Bengio 2010). */
export class GlorotNormal extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 1, "fan_avg", "truncated_normal");
  }
  override get className(): string {
    return "GlorotNormal";
  }
}
/** Uniform within `±√(6 / fanIn)` (He et al. 2015). */
export class HeUniform extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 2, "fan_in", "uniform");
  }
  override get className(): string {
    return "HeUniform";
  }
}
/** Truncated normal with variance `2 / fanIn` (He et al. 2015). */
export class HeNormal extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 2, "fan_in", "truncated_normal");
  }
  override get className(): string {
    return "HeNormal";
  }
}
/** Uniform within `±√(3 / fanIn)` (LeCun et al. 1998). */
export class LecunUniform extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 1, "fan_in", "uniform");
  }
  override get className(): string {
    return "LecunUniform";
  }
}
/** Truncated normal with variance `1 / fanIn` (LeCun et al. 1998). */
export class LecunNormal extends Preset {
  constructor(options: FanOptions = {}) {
    super(options, 1, "fan_in", "truncated_normal");
  }
  override get className(): string {
    return "LecunNormal";
  }
}
