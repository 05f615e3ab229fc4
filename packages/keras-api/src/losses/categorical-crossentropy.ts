/** CategoricalCrossentropy: for labels that are distributions over classes, such as one-hot ones. */
import {
  add,
  clipByValue,
  div,
  known,
  log,
  mul,
  neg,
  softmaxCrossEntropyWithLogits,
  sum,
  type Tensor,
  transpose,
} from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { EPSILON, findLogits } from "./from-logits.ts";
import { Loss, type LossOptions, sameShapes } from "./loss.ts";

export interface CategoricalCrossentropyOptions extends LossOptions {
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
  /** Moves labels this part of the way towards all classes alike. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The axis of the classes. Default −1. */
  readonly axis?: number | undefined;
}

/** `−Σ y · log p` over the classes. */
export function categoricalCrossentropies(yTrue: Tensor, yPred: Tensor, fromLogits: boolean, axis: number): Tensor {
  sameShapes("categorical_crossentropy", yTrue, yPred);
  const logits = findLogits("categorical_crossentropy", yPred, fromLogits);
  if (logits) return softmaxCrossEntropyWithLogits(toLast(yTrue, axis), toLast(logits, axis));
  const p = clipByValue(div(yPred, sum(yPred, { axis, keepDims: true })), EPSILON, 1 - EPSILON);
  return neg(sum(mul(yTrue, log(p)), { axis }));
}
/** The axis of the classes moved to the end. */
function toLast(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const axes = [...x.dims.keys()];
  return transpose(x, [...axes.filter((a) => a !== at), at]);
}

/** `−Σ y · log p` over the classes. */
export class CategoricalCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CategoricalCrossentropyOptions = {}) {
    super({ name: "categorical_crossentropy", ...options });
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = options.labelSmoothing ?? 0;
    this.axis = options.axis ?? -1;
  }
  override get className(): string {
    return "CategoricalCrossentropy";
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const s = this.labelSmoothing;
    const labels = s ? add(mul(yTrue, 1 - s), s / known(this.name, yTrue.dims.at(-1)!)) : yTrue;
    return categoricalCrossentropies(labels, yPred, this.fromLogits, this.axis);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["fromLogits", "labelSmoothing", "axis"]) };
  }
}

/**
 * For labels that are distributions over classes.
 * @example
 * losses.categoricalCrossentropy().apply(tensor([[0, 1]]), tensor([[0.1, 0.9]])); // 0.105
 */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalCrossentropy = (options?: CategoricalCrossentropyOptions): CategoricalCrossentropy =>
  new CategoricalCrossentropy(options);
