/** Losses of areas, embeddings and sequences. */
import { type CircleOptions, circle } from "./functions/circle.ts";
import { ctc } from "./functions/ctc.ts";
import { type DiceParameters, dice, type TverskyParameters, tversky } from "./functions/overlap.ts";
import type { LossOptions } from "./loss.ts";
import { FunctionLoss } from "./wrapper.ts";

/** `1 − 2·Σ(t · p) / (Σ t + Σ p)`: how little areas overlap (Milletari et al. 2016, https://arxiv.org/abs/1606.04797). */
export class Dice extends FunctionLoss<DiceParameters> {
  constructor(options: LossOptions & DiceParameters = {}) {
    super(dice, "dice", options, { axis: null });
  }
  override get className(): string {
    return "Dice";
  }
}

/** Dice that weighs what is missed and what is wrong (Salehi et al. 2017, https://arxiv.org/abs/1706.05721). */
export class Tversky extends FunctionLoss<TverskyParameters> {
  constructor(options: LossOptions & TverskyParameters = {}) {
    super(tversky, "tversky", options, { alpha: 0.5, beta: 0.5, axis: null });
  }
  override get className(): string {
    return "Tversky";
  }
}

/** Pulls embeddings of one class together, and pushes others away (Sun et al. 2020, https://arxiv.org/abs/2002.10857). */
export class Circle extends FunctionLoss<CircleOptions> {
  constructor(options: LossOptions & CircleOptions = {}) {
    super(circle, "circle", options, { gamma: 80, margin: 0.4, removeDiagonal: true });
  }
  override get className(): string {
    return "Circle";
  }
}

/** Labels without their places in time (Graves et al. 2006, https://doi.org/10.1145/1143844.1143891). */
export class CTC extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(ctc, "ctc", options);
  }
  override get className(): string {
    return "CTC";
  }
}
