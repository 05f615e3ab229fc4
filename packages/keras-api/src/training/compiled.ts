/** What `compile` makes of a model: its loss, metrics and optimizer, and the steps, each one compiled graph. */
import { GradientTape } from "@antler/autodiff";
import { cast, fill, mul, sizeOfAxes, stack, suspendTrace, type Tensor, tidy } from "@antler/tensor-core";
import type { Logs } from "../callbacks/callback.ts";
import { warnOnce } from "../host.ts";
import { get as getLoss, getFor as getLossFor, isAutomatic as isAutomaticLoss, type LossLike } from "../losses/get.ts";
import type { Loss } from "../losses/loss.ts";
import { getNamed as getMetric, getFor as getMetricFor, isAutomatic as isAutomaticMetric, type MetricLike } from "../metrics/get.ts";
import type { Metric } from "../metrics/metric.ts";
import { Mean } from "../metrics/reduction.ts";
import type { AnyModel } from "../models/model.ts";
import { get as getOptimizer, type OptimizerLike } from "../optimizers/get.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type Step, Steps } from "./steps.ts";

export interface CompileOptions {
  /** A name such as `"adam"`, or an optimizer. */
  readonly optimizer: OptimizerLike;
  /** A name such as `"mse"`, a loss, or a function. `"crossentropy"` is the one that suits the labels. */
  readonly loss: LossLike;
  /** Names such as `"accuracy"`, metrics, or functions. */
  readonly metrics?: readonly MetricLike[] | undefined;
  /** Runs steps op by op, for debugging. Default false. */
  readonly runEagerly?: boolean | undefined;
}

export class Compiled {
  readonly optimizer: Optimizer;
  readonly lossTracker: Mean;
  readonly #model: AnyModel;
  readonly #options: CompileOptions;
  readonly #wantedMetrics: readonly MetricLike[];
  readonly #steps = new Steps();
  #loss: Loss | undefined;
  #metrics: readonly Metric[] | undefined;

  constructor(model: AnyModel, options: CompileOptions) {
    this.#model = model;
    this.#options = options;
    this.optimizer = getOptimizer(options.optimizer);
    // What does not depend on shapes is looked up now: a wrong name is an error of compile, not of the first step.
    this.#loss = isAutomaticLoss(options.loss) ? undefined : getLoss(options.loss);
    this.#wantedMetrics = (options.metrics ?? []).map((m) => (isAutomaticMetric(m) ? m : getMetric(m)));
    this.lossTracker = new Mean({ name: "loss" });
  }

  /** The loss as it was given. */
  get loss(): LossLike {
    return this.#options.loss;
  }
  /** The metrics; none before the first batch has shown which accuracy is meant. */
  get metrics(): readonly Metric[] {
    return this.#metrics ?? [];
  }
  /** Forgets all batches. */
  reset(): void {
    this.lossTracker.resetState();
    for (const m of this.metrics) m.resetState();
  }

  /** Forward, backward, update and metrics: one program. Gives the loss and metrics so far as a vector. */
  trainStep(x: Tensor, y: Tensor): Tensor {
    return this.#run("train_step", this.#train, x, y);
  }
  /** Forward and metrics: one program. Gives the loss and metrics so far as a vector. */
  testStep(x: Tensor, y: Tensor): Tensor {
    return this.#run("test_step", this.#test, x, y);
  }
  #run(name: string, step: (x: Tensor, y: Tensor) => Tensor, x: Tensor, y: Tensor): Tensor {
    return this.#options.runEagerly ? tidy(() => step(x, y)) : this.#steps.run(name, step as Step, [x, y]);
  }

  readonly #train = (x: Tensor, y: Tensor): Tensor => {
    const tape = new GradientTape();
    const { yPred, loss } = tape.run(() => this.#forward(x, y, true));
    const weights = this.#model.trainableWeights;
    if (weights.length) this.optimizer.apply(tape.gradient(loss, weights), weights);
    else warnOnce(`${this.#model.name}: there are no trainable weights, so training changes nothing.`);
    return this.#track(y, yPred, loss);
  };
  readonly #test = (x: Tensor, y: Tensor): Tensor => {
    const { yPred, loss } = this.#forward(x, y, false);
    return this.#track(y, yPred, loss);
  };

  #forward(x: Tensor, y: Tensor, training: boolean): { readonly yPred: Tensor; readonly loss: Tensor } {
    const yPred = this.#model.apply(x, { training });
    this.#loss ??= getLossFor(this.#options.loss, y, yPred);
    return { yPred, loss: this.#loss.apply(y, yPred) };
  }
  #track(y: Tensor, yPred: Tensor, loss: Tensor): Tensor {
    this.#metrics ??= suspendTrace(() => this.#wantedMetrics.map((m) => getMetricFor(m, y, yPred)));
    // A mean over samples: a smaller batch counts less.
    const rows = sizeOfAxes(yPred, [0]);
    this.lossTracker.updateState(loss, mul(fill([], 1), typeof rows === "number" ? rows : cast(rows, "float32")));
    for (const m of this.#metrics) m.updateState(y, yPred);
    return stack([this.lossTracker, ...this.#metrics].map((m) => cast(m.result(), "float32")));
  }

  /** The names of what a step gives. */
  get names(): readonly string[] {
    return ["loss", ...this.metrics.map((m) => m.name)];
  }
  /** What a step gave, by name; sorted, as Keras logs it. */
  logs(values: ArrayLike<number | bigint>): Logs {
    const entries = this.names.map((name, i) => [name, Number(values[i])] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }
}
