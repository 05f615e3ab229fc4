/** Trainer: what makes a layer a model: compile, fit, evaluate, predict, and the steps they run. */
import { type Tensor, tidy, ValueError } from "@antler/tensor-core";
import type { Logs } from "../callbacks/callback.ts";
import type { History } from "../callbacks/history.ts";
import { type AnyLayer, Layer } from "../layer.ts";
import { Metric } from "../metrics/metric.ts";
import type { Nested } from "../nested.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { reachable } from "../reachable.ts";
import type { Config } from "../serialization/config.ts";
import { type CompileOptions, compileConfig, optionsOfCompileConfig } from "../training/compile-options.ts";
import { Compiled, type StepLogs, type StepMode } from "../training/compiled.ts";
import { type Dataset, isDataset } from "../training/dataset.ts";
import { computeLoss, testStep, trainStep } from "../training/default-steps.ts";
import { type EvaluateOptions, evaluate, type FitOptions, fit } from "../training/fit.ts";
import type { Ends, Inputs } from "../training/layout.ts";
import { onBatch, type TestOnBatchOptions, type TrainOnBatchOptions } from "../training/on-batch.ts";
import { type PredictOptions, type Predictor, predict, predictDataset } from "../training/predict.ts";
import type { Progress } from "../training/progress.ts";
import type { AnyStepData, LossArguments, StepData } from "../training/source.ts";
import { Steps } from "../training/steps.ts";
import type { AnyModel } from "./model.ts";

/** Whether logs are wanted by name. */
export interface ReturnDict<R extends boolean> {
  /** By name instead of in a list. Default false. */
  readonly returnDict?: R | undefined;
}
/** Loss and metrics in a list, the loss first; or by name. */
export type Results<R extends boolean> = R extends true ? Logs : number[];

export abstract class Trainer<I extends Nested = Tensor, O extends Nested = Tensor> extends Layer<I, O> {
  /** Set by callbacks to end training after this batch. */
  stopTraining = false;
  /** Set by callbacks to end evaluation after this batch. */
  stopEvaluating = false;
  /** Set by callbacks to end the prediction of batches after this one. */
  stopPredicting = false;
  /** Of the last `fit`. */
  history: History | undefined = undefined;
  /** Where the `fit` under way is. A callback that sets it when training begins lets it go on from there. */
  progress: Progress | undefined = undefined;
  #compiled: Compiled | undefined;
  readonly #predictors = new Steps();

  get #self(): AnyModel {
    return this as unknown as AnyModel;
  }

  /**
   * Says how to train: the optimizer, the losses and the metrics.
   * @throws ValueError for unknown names, listing the known ones
   * @example
   * model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
   */
  compile(options: CompileOptions): void {
    this.#compiled = new Compiled(this.#self, options);
  }
  #expectCompiled(method: string): Compiled {
    if (this.#compiled) return this.#compiled;
    throw new ValueError(method, `the model "${this.name}" is not compiled`, { hint: "Call compile({ optimizer, loss }) first." });
  }
  get isCompiled(): boolean {
    return this.#compiled !== undefined;
  }
  /** The optimizer `compile` was given. */
  get optimizer(): Optimizer | undefined {
    return this.#compiled?.optimizer;
  }
  /** The loss `compile` was given. */
  get loss(): CompileOptions["loss"] {
    return this.#compiled?.options.loss;
  }
  /**
   * The mean of the loss, the metrics of `compile`, which exist from the first batch on, the means of the losses of several outputs,
   * and metrics that are properties of the model or of layers inside. An override says which are reset and logged instead.
   */
  get metrics(): readonly Metric[] {
    const compiled = this.#compiled;
    const ofCompile = compiled ? [compiled.lossTracker, ...compiled.metrics.metrics, ...(compiled.loss?.metrics ?? [])] : [];
    return [...new Set([...ofCompile, ...metricsIn(this as AnyLayer)])];
  }
  get metricsNames(): readonly string[] {
    return this.metrics.map((m) => m.name);
  }
  /** Forgets the batches seen by loss and metrics. */
  resetMetrics(): void {
    for (const m of this.metrics) m.resetState();
  }
  /** All metrics so far, as logs name them. */
  getMetricsResult(): StepLogs {
    return Object.fromEntries([...this.namedMetrics].map(([m, name]) => [name, m.result()]));
  }
  /** @internal What logs call each metric. */
  get namedMetrics(): ReadonlyMap<Metric, string> {
    const names = this.#compiled?.metrics.names;
    return new Map(this.metrics.map((m) => [m, names?.get(m) ?? m.name]));
  }
  /** How the model was compiled, as Keras's files hold it; empty where it was not. */
  getCompileConfig(): Config {
    return this.#compiled ? compileConfig(this.#compiled.options, this.#compiled.given) : {};
  }
  /** Compiles the model as a file says, and makes the optimizer's state where the weights exist. */
  compileFromConfig(config: Config): void {
    this.compile(optionsOfCompileConfig(config));
    if (this.built) this.optimizer!.build(this.trainableWeights);
  }

  /**
   * What happens with one batch in training; compiled as one graph. Override it for training logic of your own.
   * @returns what is logged
   * @example
   * override trainStep([x, y]: StepData) {
   *   const tape = new GradientTape();
   *   const loss = tape.run(() => mean(square(sub(this.apply(x, { training: true }), y!))));
   *   this.optimizer!.apply(tape.gradient(loss, this.trainableWeights), this.trainableWeights);
   *   return { loss };
   * }
   */
  trainStep(data: StepData<I, O>): StepLogs {
    return trainStep(this.#self, this.#expectCompiled("trainStep"), data);
  }
  /** What happens with one batch in evaluation; compiled as one graph. @returns what is logged */
  testStep(data: StepData<I, O>): StepLogs {
    return testStep(this.#self, this.#expectCompiled("testStep"), data);
  }
  /** What happens with one batch in prediction; compiled as one graph. */
  predictStep([x]: StepData<I, O>): O {
    return this.apply(x, { training: false } as never);
  }
  /** What training minimises: the losses of `compile`, and what layers and weights add (`losses`). A scalar. */
  computeLoss(args: LossArguments<I, O>): Tensor {
    return computeLoss(this.#self, this.#expectCompiled("computeLoss"), args);
  }
  /** Updates the metrics of `compile` with a batch. @returns all metrics so far */
  computeMetrics({ y, yPred, sampleWeight }: LossArguments<I, O>): StepLogs {
    this.#compiled?.metrics.updateState(y, yPred, sampleWeight);
    return this.getMetricsResult();
  }

  /**
   * Trains.
   * @param x samples along the first axis: tensors, typed or nested arrays; a list or record of them where there are several
   *   inputs; or batches, to iterate now or later
   * @param y a label for each sample; none where the data is batches
   * @returns the loss and metrics of each epoch
   * @example
   * const { history } = await model.fit(x, y, { epochs: 10, validationSplit: 0.2 });
   */
  fit(x: Inputs, y?: Inputs | null, options?: FitOptions): Promise<History>;
  fit(batches: Dataset, options?: FitOptions): Promise<History>;
  async fit(x: Inputs | Dataset, y?: Inputs | FitOptions | null, options?: FitOptions): Promise<History> {
    return fit(this.#self, this.#expectCompiled("fit"), x, ...rest(x, y, options));
  }

  /**
   * The loss and metrics on samples, or by name with `returnDict`.
   * @returns the loss, then the metrics; with several outputs the losses of each come before the metrics, which are in alphabetical order
   * @example
   * const [loss, accuracy] = await model.evaluate(xTest, yTest);
   */
  evaluate<R extends boolean = false>(x: Inputs, y?: Inputs | null, options?: EvaluateOptions & ReturnDict<R>): Promise<Results<R>>;
  evaluate<R extends boolean = false>(batches: Dataset, options?: EvaluateOptions & ReturnDict<R>): Promise<Results<R>>;
  async evaluate<R extends boolean>(
    x: Inputs | Dataset,
    y?: Inputs | (EvaluateOptions & ReturnDict<R>) | null,
    options?: EvaluateOptions & ReturnDict<R>,
  ): Promise<Results<R>> {
    const [labels, given] = rest(x, y, options);
    return this.#results(await evaluate(this.#self, this.#expectCompiled("evaluate"), x, labels, given), given.returnDict);
  }
  /** The order of Keras: the metrics' own names first, what logs call otherwise sorted behind them. */
  #results<R extends boolean>(logs: Logs, returnDict: R | undefined): Results<R> {
    if (returnDict) return logs as Results<R>;
    const names = this.metricsNames.filter((name) => name in logs);
    return [...names, ...Object.keys(logs).filter((name) => !names.includes(name))].map((name) => logs[name]) as Results<R>;
  }

  /**
   * The model's results for samples, at once; for batches a promise of them.
   * @param x samples along the first axis
   * @returns the results along the first axis, in the structure of the model's outputs; yours to dispose of
   * @example
   * const probabilities = await model.predict(x).array();
   */
  predict(x: Inputs, options?: PredictOptions): O;
  predict(batches: Dataset, options?: PredictOptions): Promise<O>;
  predict(x: Inputs | Dataset, options: PredictOptions = {}): O | Promise<O> {
    return isDataset(x)
      ? (predictDataset(this.#self, this.#predictor, x, options) as Promise<O>)
      : (predict(this.#self, this.#predictor, x, options) as O);
  }
  /** As `predict`, in a single batch. */
  predictOnBatch(x: Inputs): O {
    return this.predict(x, { batchSize: Number.MAX_SAFE_INTEGER });
  }
  readonly #predictStep = (data: AnyStepData): O => this.predictStep(data);
  readonly #predictor: Predictor = (data) =>
    this.#compiled?.options.runEagerly
      ? tidy(() => this.#predictStep(data))
      : (this.#predictors.run("predict_step", this.#predictStep, data) as O);

  /**
   * One step of training on one batch.
   * @returns the loss and metrics of this batch as `evaluate` gives them; of all since the last reset with `resetMetrics: false`
   */
  trainOnBatch<R extends boolean = false>(
    x: Inputs,
    y?: Inputs | null,
    options: TrainOnBatchOptions & ReturnDict<R> = {},
  ): Promise<Results<R>> {
    return this.#onBatch("train", x, y, options);
  }
  /** The loss and metrics of one batch, as `evaluate` gives them. */
  testOnBatch<R extends boolean = false>(
    x: Inputs,
    y?: Inputs | null,
    options: TestOnBatchOptions & ReturnDict<R> = {},
  ): Promise<Results<R>> {
    return this.#onBatch("test", x, y, options);
  }
  async #onBatch<R extends boolean>(
    mode: StepMode,
    x: Inputs,
    y: Inputs | null | undefined,
    options: TrainOnBatchOptions & ReturnDict<R>,
  ): Promise<Results<R>> {
    const compiled = this.#expectCompiled(`${mode}OnBatch`);
    return this.#results(await onBatch(mode, this.#self, compiled, [x, y], options), options.returnDict);
  }

  /** @internal What it takes and gives, where that is known before it runs. */
  get ends(): Ends {
    return {};
  }
  /** @internal The names of its outputs, in order. */
  get outputNames(): readonly string[] | undefined {
    return undefined;
  }
  /** @internal Builds the model for samples, before the first step. Models of layers are built by the step itself. */
  buildForBatch(_x: Nested): void {}
}

/** Labels and options, which come second where the data is batches. */
const rest = <T extends object>(
  x: Inputs | Dataset,
  y: Inputs | T | null | undefined,
  options: T | undefined,
): [Inputs | null | undefined, T] =>
  isDataset(x) && !options ? [undefined, (y ?? {}) as T] : [y as Inputs | null | undefined, options ?? ({} as T)];

/** Metrics among the properties of a layer and of the layers inside; models inside keep theirs. */
const metricsIn = (layer: AnyLayer): Metric[] => [
  ...reachable(layer).filter((x) => x instanceof Metric),
  ...layer.sublayers().flatMap((l) => (l instanceof Trainer ? [] : metricsIn(l))),
];
