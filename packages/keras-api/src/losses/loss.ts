/** The base of losses: one number for how far predictions are from the truth. */
import {
  add,
  cast,
  type DType,
  divNoNan,
  logicalAnd,
  mul,
  ShapeError,
  sizeOfAxes,
  sum,
  type Tensor,
  ValueError,
  withName,
  zerosLike,
} from "@antler/tensor-core";
import { maskOf } from "../masks.ts";
import { autoName } from "../naming.ts";
import { matchRanks } from "../ranks.ts";
import { type Config, configOf } from "../serialization/config.ts";

/** How the losses of single samples become one: their mean, their sum, or not at all. */
export type Reduction = "sum_over_batch_size" | "mean" | "sum" | "none";

export interface LossOptions {
  /** Default "sum_over_batch_size": the mean. */
  readonly reduction?: Reduction | null | undefined;
  readonly name?: string | undefined;
  /** Of the computation. Default "float32". */
  readonly dtype?: DType | undefined;
}

/**
 * Override `call` for a loss of your own.
 * @example
 * class Absolute extends Loss {
 *   override call(yTrue: Tensor, yPred: Tensor) {
 *     return mean(abs(sub(yTrue, yPred)), { axis: -1 });
 *   }
 * }
 */
export abstract class Loss {
  readonly name: string;
  readonly reduction: Reduction;
  readonly dtype: DType;

  constructor({ reduction = "sum_over_batch_size", name, dtype = "float32" }: LossOptions = {}) {
    this.reduction = reduction ?? "none";
    this.dtype = dtype;
    this.name = name ?? autoName(this.className);
    if (!["sum_over_batch_size", "mean", "sum", "none"].includes(this.reduction)) {
      throw new ValueError(this.className, `reduction must be "sum_over_batch_size", "mean", "sum" or "none", got "${this.reduction}"`);
    }
  }
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.losses";
  }

  /** The loss of each sample: labels and predictions `[batch, …, k]` → `[batch, …]`. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /**
   * The loss of a batch.
   * @param sampleWeight what each sample counts, `[batch]` or the shape of the losses
   * @returns a scalar, or with reduction "none" one loss a sample
   */
  apply(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Tensor {
    return withName(this.name, () => {
      const losses = this.call(cast(yTrue, this.dtype), cast(yPred, this.dtype));
      const masks = [maskOf(yPred), maskOf(losses)].filter((m) => m !== null);
      const mask = masks.length === 2 ? logicalAnd(masks[0]!, masks[1]!) : masks[0];
      const factors = [sampleWeight && cast(sampleWeight, this.dtype), mask && maskWeight(mask, this.dtype, this.reduction)];
      return reduce(
        factors.filter((f) => f !== undefined).reduce((values: Tensor, f) => weigh(values, f), losses),
        this.reduction,
      );
    });
  }

  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return configOf(this, ["name", "reduction"]);
  }
}

function weigh(losses: Tensor, sampleWeight: Tensor): Tensor {
  const [values, weights] = matchRanks(losses, sampleWeight);
  return mul(values, weights);
}

/** Masked samples count nothing; a mean is taken over the others. */
function maskWeight(mask: Tensor, dtype: DType, reduction: Reduction): Tensor {
  const counts = cast(mask, dtype);
  if (reduction === "sum" || reduction === "none") return counts;
  const total = add(zerosLike(sum(counts)), sizeOfAxes(counts, [...counts.dims.keys()]));
  return mul(counts, divNoNan(total, sum(counts)));
}

function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none" || losses.rank === 0) return losses;
  const total = sum(losses);
  return reduction === "sum" ? total : divNoNan(total, sizeOfAxes(losses, [...losses.dims.keys()]));
}

/** Refuses labels whose shape is not the predictions'. */
export function sameShapes(loss: string, yTrue: Tensor, yPred: Tensor): void {
  if (
    yTrue.rank === yPred.rank &&
    yTrue.dims.every((d, i) => d === yPred.dims[i] || typeof d !== "number" || typeof yPred.dims[i] !== "number")
  )
    return;
  throw new ShapeError(loss, "labels and predictions must have the same shape", {
    got: [yTrue.spec, yPred.spec],
    hint: hintFor(yTrue, yPred),
  });
}
const hintFor = (yTrue: Tensor, yPred: Tensor): string | undefined =>
  yTrue.rank < yPred.rank || yTrue.dims.at(-1) === 1 ? 'Integer labels go with "sparse_categorical_crossentropy".' : undefined;
