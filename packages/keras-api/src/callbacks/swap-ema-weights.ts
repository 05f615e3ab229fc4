/** SwapEMAWeights: evaluates and predicts with the running means of the weights. */
import { ValueError, type Variable } from "@antler/tensor-core";
import { Callback } from "./callback.ts";

export interface SwapEMAWeightsOptions {
  /** Whether the means are in the model from the end of each epoch to the begin of the next, for callbacks that save. Default false. */
  readonly swapOnEpoch?: boolean | undefined;
}

/**
 * Puts the running means of the weights, which an optimizer with `useEma` keeps, in the place of the weights for as long as the model
 * is evaluated.
 * @example
 * await model.fit(x, y, { validationSplit: 0.2, callbacks: [new SwapEMAWeights()] });
 */
export class SwapEMAWeights extends Callback {
  readonly swapOnEpoch: boolean;
  #swapped = false;

  constructor({ swapOnEpoch = false }: SwapEMAWeightsOptions = {}) {
    super();
    this.swapOnEpoch = swapOnEpoch;
  }

  /** @throws ValueError where the optimizer keeps no means */
  #pairs(): readonly (readonly [weight: Variable, mean: Variable])[] {
    const { optimizer, trainableWeights } = this.model;
    const found = trainableWeights.map((weight) => {
      const path = `/${weight.name.replaceAll("/", "_")}_average`;
      return [weight, optimizer?.variables.find((v) => v.name.endsWith(path))] as const;
    });
    if (found.length && found.every(([, mean]) => mean)) return found as [Variable, Variable][];
    throw new ValueError("SwapEMAWeights", "the optimizer keeps no running means of the weights", { hint: "Make it with useEma: true." });
  }
  #swap(swapped: boolean): void {
    if (this.#swapped === swapped) return;
    for (const [weight, mean] of this.#pairs()) {
      const [a, b] = [weight.value, mean.value];
      weight.assign(b);
      mean.assign(a);
      a.dispose();
      b.dispose();
    }
    this.#swapped = swapped;
  }

  override onTrainBegin(): void {
    this.#swapped = false;
  }
  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.#swap(false);
  }
  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch) return;
    this.#swap(true);
    // The end of training puts the means in the place of the weights, where they are already.
    if (epoch === this.params.epochs - 1) for (const [weight, mean] of this.#pairs()) mean.assign(weight);
  }
  override onTestBegin(): void {
    this.#swap(true);
  }
  override onTestEnd(): void {
    this.#swap(false);
  }
  override onPredictBegin(): void {
    this.#swap(true);
  }
  override onPredictEnd(): void {
    this.#swap(false);
  }
}

/**
 * Evaluates and predicts with the running means of the weights.
 * @example
 * callbacks.swapEMAWeights({ swapOnEpoch: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const swapEMAWeights = (options?: SwapEMAWeightsOptions): SwapEMAWeights => new SwapEMAWeights(options);
