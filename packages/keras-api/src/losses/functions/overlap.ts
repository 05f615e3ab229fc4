/** Overlaps of areas, for segmentation: 0 where labels and predictions cover the same. */
import { add, cast, div, mul, sub, sum, type Tensor } from "@antler/tensor-core";
import { EPSILON } from "./shared.ts";

export interface DiceParameters {
  /** The axes that are added up; one loss for each place along the others. Default null: all. */
  readonly axis?: number | readonly number[] | null | undefined;
}
/** `1 − 2·Σ(t · p) / (Σ t + Σ p)` (Milletari et al. 2016, https://arxiv.org/abs/1606.04797). */
export function dice(yTrue: Tensor, yPred: Tensor, { axis }: DiceParameters = {}): Tensor {
  const over = { axis: axis ?? undefined };
  const t = cast(yTrue, yPred.dtype);
  const common = mul(sum(mul(t, yPred), over), 2);
  return sub(1, div(common, add(add(sum(t, over), sum(yPred, over)), EPSILON)));
}

export interface TverskyParameters extends DiceParameters {
  /** What labelled areas count that are not predicted. Default 0.5. */
  readonly alpha?: number | undefined;
  /** What predicted areas count that are not labelled. Default 0.5: dice. */
  readonly beta?: number | undefined;
}
/** `1 − Σ(t·p) / (Σ(t·p) + α·Σ(t·(1−p)) + β·Σ((1−t)·p))` (Salehi et al. 2017, https://arxiv.org/abs/1706.05721). */
export function tversky(yTrue: Tensor, yPred: Tensor, { alpha = 0.5, beta = 0.5, axis }: TverskyParameters = {}): Tensor {
  const over = { axis: axis ?? undefined };
  const t = cast(yTrue, yPred.dtype);
  const common = sum(mul(t, yPred), over);
  const missed = sum(mul(t, sub(1, yPred)), over);
  const wrong = sum(mul(yPred, sub(1, t)), over);
  return sub(1, div(common, add(add(common, mul(missed, alpha)), add(mul(wrong, beta), EPSILON))));
}
