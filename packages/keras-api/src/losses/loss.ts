/** The base of losses: one number for how far predictions are from the truth. */
import { cast, type DType, divNoNan, logicalAnd, mul, sizeOfAxes, sum, type Tensor, where, withName } from "@antler/tensor-core";
import { maskOf } from "../masks.ts";
import { autoName } from "../naming.ts";
import { checkOneOf } from "../parameters.ts";
import { Parametrized } from "../parametrized.ts";
import { type PolicyLike, policyOf } from "../policy.ts";
import { matchRanks } from "../ranks.ts";
import { type Config, configOf } from "../serialization/config.ts";

const reductions = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"] as const;

/**
 * How the losses of single samples become one: their mean ("sum_over_batch_size" and "mean" are the same), their sum divided by the
 * sum of the sample weights, their sum, or not at all.
 */
export type Reduction = (typeof reductions)[number];

export interface LossOptions {
  /** Default "sum_over_batch_size": the mean. null is "none". */
  readonly reduction?: Reduction | null | undefined;
  readonly name?: string | undefined;
  /** Of the computation. Default "float32". */
  readonly dtype?: PolicyLike | null | undefined;
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
export abstract class Loss extends Parametrized {
  readonly name: string;
  readonly reduction: Reduction | null;
  readonly dtype: DType;

  constructor({ reduction = "sum_over_batch_size", name, dtype }: LossOptions = {}) {
    super();
    this.reduction = reduction;
    this.dtype = policyOf(dtype ?? "float32").computeDtype;
    this.name = name ?? autoName(this.className);
    checkOneOf(this.className, "reduction", reduction, [...reductions, null]);
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
      return reduce(losses, maskedWeight(sampleWeight, mask, losses.dtype, this.reduction ?? "none"), this.reduction ?? "none");
    });
  }

  /** The options, in Keras's snake_case. */
  override getConfig(): Config {
    return configOf(this, ["name", "reduction"]);
  }
}

/** What each sample counts: nothing where it is masked. Before a plain mean, the others count more, so that it is theirs. */
export function maskedWeight(
  sampleWeight: Tensor | undefined,
  mask: Tensor | null | undefined,
  dtype: DType,
  reduction: Reduction,
): Tensor | undefined {
  const given = sampleWeight && cast(sampleWeight, dtype);
  if (!mask) return given;
  const plain = cast(mask, dtype);
  const rescaled = reduction === "sum_over_batch_size" || reduction === "mean";
  const counts = rescaled ? where(mask, divNoNan(sizeOf(plain), sum(plain)), 0) : plain;
  return given ? mul(...matchRanks(counts, given)) : counts;
}
/** The number of elements as a tensor: known or not, a quotient of it is a tensor. */
const sizeOf = (x: Tensor): Tensor | number => sizeOfAxes(x, [...x.dims.keys()]);

function reduce(losses: Tensor, weight: Tensor | undefined, reduction: Reduction): Tensor {
  const [values, weights] = weight ? matchRanks(losses, weight) : [losses, undefined];
  const weighted = weights ? mul(values, weights) : values;
  if (reduction === "none" || weighted.rank === 0) return weighted;
  const total = sum(weighted);
  if (reduction === "sum") return total;
  return divNoNan(total, reduction === "mean_with_sample_weight" && weights ? sum(weights) : sizeOf(weighted));
}
