/** Initializers whose spread depends on how many numbers a unit adds up. */
import { cast, type DType, randomNormal, randomUniform, type Tensor, ValueError } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { RandomInitializer, type SeedOptions } from "./initializer.ts";
import { truncatedNormal } from "./truncated.ts";

export type FanMode = "fan_in" | "fan_out" | "fan_avg";
export type Distribution = "truncated_normal" | "untruncated_normal" | "uniform";
export interface VarianceScalingOptions extends SeedOptions {
  /** Default 1. */
  readonly scale?: number | undefined;
  /** Which number of connections divides the scale. Default "fan_in". */
  readonly mode?: FanMode | undefined;
  /** Default "truncated_normal". */
  readonly distribution?: Distribution | undefined;
}

/** The standard deviation of a unit normal cut at ±2. */
const CUT = 0.8796256610342398;

/** Draws with variance `scale / n`, where n counts connections: `[..., in, out]` are a kernel's last axes. */
export class VarianceScaling extends RandomInitializer {
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: Distribution;

  constructor(options: VarianceScalingOptions = {}) {
    super(options);
    this.scale = options.scale ?? 1;
    this.mode = options.mode ?? "fan_in";
    this.distribution = options.distribution ?? "truncated_normal";
    if (!(this.scale > 0)) throw new ValueError("VarianceScaling", `the scale must be positive, got ${this.scale}`);
  }
  override get className(): string {
    return "VarianceScaling";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    const [fanIn, fanOut] = fans(shape);
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
    return truncatedNormal(shape, this.key, 0, stddev / CUT);
  }
  override getConfig(): Config {
    return { ...configOf(this, ["scale", "mode", "distribution", "seed"]), input_axes: null, output_axes: null };
  }
}

/** How many numbers go into a unit of a kernel, and how many units each number goes to. */
function fans(shape: readonly number[]): readonly [number, number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0]!, shape[0]!];
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [shape.at(-2)! * field, shape.at(-1)! * field];
}

/** A variance scaling with everything but the seed decided. */
abstract class Preset extends VarianceScaling {
  override getConfig(): Config {
    return { ...configOf(this, ["seed"]), input_axes: null, output_axes: null };
  }
}
/** Uniform within `±√(6 / (fanIn + fanOut))` (Glorot and Bengio 2010): the default of kernels. */
export class GlorotUniform extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 1, mode: "fan_avg", distribution: "uniform", seed });
  }
  override get className(): string {
    return "GlorotUniform";
  }
}
/** Truncated normal with variance `2 / (fanIn + fanOut)` (Glorot and Bengio 2010). */
export class GlorotNormal extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 1, mode: "fan_avg", distribution: "truncated_normal", seed });
  }
  override get className(): string {
    return "GlorotNormal";
  }
}
/** Uniform within `±√(6 / fanIn)` (He et al. 2015). */
export class HeUniform extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 2, mode: "fan_in", distribution: "uniform", seed });
  }
  override get className(): string {
    return "HeUniform";
  }
}
/** Truncated normal with variance `2 / fanIn` (He et al. 2015). */
export class HeNormal extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 2, mode: "fan_in", distribution: "truncated_normal", seed });
  }
  override get className(): string {
    return "HeNormal";
  }
}
/** Uniform within `±√(3 / fanIn)` (LeCun et al. 1998). */
export class LecunUniform extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 1, mode: "fan_in", distribution: "uniform", seed });
  }
  override get className(): string {
    return "LecunUniform";
  }
}
/** Truncated normal with variance `1 / fanIn` (LeCun et al. 1998). */
export class LecunNormal extends Preset {
  constructor({ seed }: SeedOptions = {}) {
    super({ scale: 1, mode: "fan_in", distribution: "truncated_normal", seed });
  }
  override get className(): string {
    return "LecunNormal";
  }
}
