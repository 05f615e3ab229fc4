/** SparseCategoricalCrossentropy: for labels that are the number of a class. */
import {
  cast,
  clipByValue,
  log,
  mul,
  notEqual,
  ShapeError,
  sparseSoftmaxCrossEntropyWithLogits,
  squeeze,
  type Tensor,
  where,
  zerosLike,
} from "@antler/tensor-core";
import { setMask } from "../masks.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { EPSILON, findLogits } from "./from-logits.ts";
import { Loss, type LossOptions } from "./loss.ts";

export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
  /** Samples with this label count nothing, not even in the mean. Default none. */
  readonly ignoreClass?: number | null | undefined;
}

/** `−log p[label]`: labels `[...]` or `[..., 1]`, predictions `[..., classes]` → `[...]`. */
export function sparseCategoricalCrossentropies(
  yTrue: Tensor,
  yPred: Tensor,
  fromLogits: boolean,
  ignoreClass: number | null = null,
): Tensor {
  const labels = cast(yTrue.rank === yPred.rank && yTrue.dims.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue, "int32");
  if (labels.rank !== yPred.rank - 1) {
    const hint = labels.rank === yPred.rank ? 'One-hot labels go with "categorical_crossentropy".' : undefined;
    throw new ShapeError("sparse_categorical_crossentropy", "labels must have the predictions' shape without the classes", {
      got: [yTrue.spec, yPred.spec],
      hint,
    });
  }
  // As TensorFlow: the clipped probabilities are normalised by the softmax of their logarithm.
  const logits = findLogits("sparse_categorical_crossentropy", yPred, fromLogits) ?? log(clipByValue(yPred, EPSILON, 1 - EPSILON));
  if (ignoreClass === null) return sparseSoftmaxCrossEntropyWithLogits(labels, logits);
  const counts = notEqual(labels, ignoreClass);
  const all = sparseSoftmaxCrossEntropyWithLogits(mul(labels, cast(counts, "int32")), logits);
  const losses = where(counts, all, zerosLike(all));
  setMask(losses, counts);
  return losses;
}

/** `−log p[label]`. */
export class SparseCategoricalCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;

  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    super({ name: "sparse_categorical_crossentropy", ...options });
    this.fromLogits = options.fromLogits ?? false;
    this.ignoreClass = options.ignoreClass ?? null;
  }
  override get className(): string {
    return "SparseCategoricalCrossentropy";
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return sparseCategoricalCrossentropies(yTrue, yPred, this.fromLogits, this.ignoreClass);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["fromLogits", "ignoreClass"]) };
  }
}

/**
 * For labels that are the number of a class.
 * @example
 * losses.sparseCategoricalCrossentropy().apply(tensor([1]), tensor([[0.1, 0.9]])); // 0.105
 */
/* @__NO_SIDE_EFFECTS__ */
export const sparseCategoricalCrossentropy = (options?: SparseCategoricalCrossentropyOptions): SparseCategoricalCrossentropy =>
  new SparseCategoricalCrossentropy(options);
