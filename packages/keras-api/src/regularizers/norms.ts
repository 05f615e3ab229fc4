/** Penalties on the size of numbers: L1, L2, or both. */
import { abs, add, mul, square, sum, type Tensor, ValueError, zeros } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Regularizer } from "./regularizer.ts";

export interface L1Options {
  /** Default 0.01. */
  readonly l1?: number | undefined;
}
/** `l1 · Σ |x|`. */
export class L1 extends Regularizer {
  readonly l1: number;
  constructor({ l1 = 0.01 }: L1Options = {}) {
    super();
    // Keras holds this one as float32, and its configs show it.
    this.l1 = Math.fround(factor(this, "l1", l1));
  }
  override get className(): string {
    return "L1";
  }
  apply(x: Tensor): Tensor {
    return mul(sum(abs(x)), this.l1);
  }
  override getConfig(): Config {
    return configOf(this, ["l1"]);
  }
}

export interface L2Options {
  /** Default 0.01. */
  readonly l2?: number | undefined;
}
/** `l2 · Σ x²`. */
export class L2 extends Regularizer {
  readonly l2: number;
  constructor({ l2 = 0.01 }: L2Options = {}) {
    super();
    this.l2 = factor(this, "l2", l2);
  }
  override get className(): string {
    return "L2";
  }
  apply(x: Tensor): Tensor {
    return mul(sum(square(x)), this.l2);
  }
  override getConfig(): Config {
    return configOf(this, ["l2"]);
  }
}

export interface L1L2Options {
  /** Default 0. */
  readonly l1?: number | undefined;
  /** Default 0. */
  readonly l2?: number | undefined;
}
/** `l1 · Σ |x| + l2 · Σ x²`. */
export class L1L2 extends Regularizer {
  readonly l1: number;
  readonly l2: number;
  constructor({ l1 = 0, l2 = 0 }: L1L2Options = {}) {
    super();
    this.l1 = factor(this, "l1", l1);
    this.l2 = factor(this, "l2", l2);
  }
  override get className(): string {
    return "L1L2";
  }
  apply(x: Tensor): Tensor {
    const penalties = [this.l1 && mul(sum(abs(x)), this.l1), this.l2 && mul(sum(square(x)), this.l2)];
    return penalties.reduce((total: Tensor, p) => (p === 0 ? total : add(total, p)), zeros([], x.dtype));
  }
  override getConfig(): Config {
    return configOf(this, ["l1", "l2"]);
  }
}

/** Refuses what no penalty can be multiplied with. */
export function factor(owner: Regularizer, name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ValueError(owner.className, `${name} must be a number of 0 or more, got ${value}`);
}
