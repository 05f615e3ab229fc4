/** Hinge losses: no loss where a prediction is right by a margin of 1. */
import { categoricalHinge, hinge, squaredHinge } from "./functions/hinge.ts";
import type { LossOptions } from "./loss.ts";
import { FunctionLoss } from "./wrapper.ts";

/** `mean(max(1 − yTrue · yPred, 0))` over the last axis, for labels −1 and 1, or 0 and 1. */
export class Hinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(hinge, "hinge", options);
  }
  override get className(): string {
    return "Hinge";
  }
}

/** `mean(max(1 − yTrue · yPred, 0)²)` over the last axis, for labels −1 and 1, or 0 and 1. */
export class SquaredHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(squaredHinge, "squared_hinge", options);
  }
  override get className(): string {
    return "SquaredHinge";
  }
}

/** `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)` for one-hot labels. */
export class CategoricalHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(categoricalHinge, "categorical_hinge", options);
  }
  override get className(): string {
    return "CategoricalHinge";
  }
}
