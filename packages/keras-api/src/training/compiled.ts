/** What `compile` makes of a model: its optimizer, losses and metrics, and its steps, each one compiled graph. */
import { cast, concat, fill, reshape, stack, Tensor, tidy, ValueError } from "@antler/tensor-core";
import type { Logs } from "../callbacks/callback.ts";
import { findOptimizer } from "../extras.ts";
import { Mean } from "../metrics/reduction.ts";
import type { AnyModel } from "../models/model.ts";
import { LossScaleOptimizer } from "../optimizers/loss-scale-optimizer.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { CompileLoss } from "./compile-loss.ts";
import { CompileMetrics } from "./compile-metrics.ts";
import type { CompileOptions } from "./compile-options.ts";
import type { AnyStepData } from "./source.ts";
import { Steps } from "./steps.ts";

/** What a step gives: a number by name, as a tensor. One with several elements is logged element by element, `name_0` and so on. */
export type StepLogs = Readonly<Record<string, Tensor | number>>;

export type StepMode = "train" | "test";

export class Compiled {
  readonly options: CompileOptions;
  /** The optimizer as it was given. */
  readonly given: Optimizer;
  /** The optimizer that makes the steps. */
  readonly optimizer: Optimizer;
  readonly lossTracker: Mean;
  readonly loss: CompileLoss | undefined;
  readonly metrics: CompileMetrics;
  readonly #model: AnyModel;
  readonly #steps = new Steps();
  /** The names of what each step gives. */
  readonly #names = new Map<StepMode, readonly string[]>();

  constructor(model: AnyModel, options: CompileOptions) {
    const { loss, lossWeights, metrics, weightedMetrics } = options;
    const { outputNames } = model;
    this.#model = model;
    this.options = options;
    const optimizer = findOptimizer(options.optimizer ?? "rmsprop");
    const scales =
      (options.autoScaleLoss ?? true) && model.dtypePolicy.name === "mixed_float16" && !(optimizer instanceof LossScaleOptimizer);
    this.given = optimizer;
    this.optimizer = scales ? new LossScaleOptimizer({ innerOptimizer: optimizer, name: "loss_scale_optimizer" }) : optimizer;
    this.loss = loss === undefined || loss === null ? undefined : new CompileLoss(loss, lossWeights, outputNames);
    this.metrics = new CompileMetrics(metrics, weightedMetrics, outputNames);
    this.lossTracker = new Mean({ name: "loss" });
  }

  /** Runs a step on a batch: one program. Gives loss and metrics so far as a vector. */
  run(mode: StepMode, data: AnyStepData): Tensor {
    const step = this.#stepOf(mode);
    return (this.options.runEagerly ? tidy(() => step(data)) : this.#steps.run(`${mode}_step`, step, data)) as Tensor;
  }
  /** Makes all that a step needs, without running it. */
  async prepare(mode: StepMode, data: AnyStepData): Promise<void> {
    if (!this.options.runEagerly) await this.#steps.prepare(`${mode}_step`, this.#stepOf(mode), data);
  }
  /** Loss and metrics so far, without a step. */
  results(mode: StepMode): Tensor {
    return tidy(() => this.#packed(mode, this.#model.getMetricsResult()));
  }
  #stepOf(mode: StepMode): (data: AnyStepData) => Tensor {
    return mode === "train" ? this.#train : this.#test;
  }
  readonly #train = (data: AnyStepData): Tensor => this.#packed("train", this.#model.trainStep(data));
  readonly #test = (data: AnyStepData): Tensor => this.#packed("test", this.#model.testStep(data));

  /** All numbers as one vector: one read gives them. */
  #packed(mode: StepMode, logs: StepLogs): Tensor {
    if (typeof logs !== "object" || logs === null) {
      throw new ValueError(`${mode}Step`, `gave ${logs}`, { hint: "Return what is logged, such as { loss }." });
    }
    const entries = Object.entries(logs).map(([name, v]) => [name, v instanceof Tensor ? cast(v, "float32") : fill([], v)] as const);
    this.#names.set(
      mode,
      entries.flatMap(([name, t]) => (t.rank === 0 ? [name] : Array.from({ length: t.size }, (_, i) => `${name}_${i}`))),
    );
    const tensors = entries.map(([, t]) => t);
    if (!tensors.length) return fill([1], 0);
    return tensors.every((t) => t.rank === 0) ? stack(tensors) : concat(tensors.map((t) => reshape(t, [-1])));
  }

  /** What a step gave, by name; sorted, as Keras logs it. */
  logs(mode: StepMode, values: ArrayLike<number | bigint>): Logs {
    return sortedLogs((this.#names.get(mode) ?? []).map((name, i) => [name, Number(values[i])]));
  }
}

export const sortedLogs = (entries: readonly (readonly [string, number])[]): Logs =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
