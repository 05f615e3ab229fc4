/** MultiOptimizer: different optimizers for different variables. */
import { add, type Tensor, ValueError, type Variable, withName } from "@antler/tensor-core";
import { type Config, type Configurable, type Json, serializeObject } from "../serialization/config.ts";
import { LossScaleOptimizer } from "./loss-scale-optimizer.ts";
import { type Gradient, Optimizer } from "./optimizer.ts";

export interface OptimizerMapOptions {
  /** For variables that no key fits. */
  readonly defaultOptimizer: Optimizer;
  /** Optimizers by a variable's path, or a regular expression that all of the path must match. */
  readonly optimizerMap?: Readonly<Record<string, Optimizer>> | undefined;
}

/**
 * Which optimizer a variable has.
 * @example
 * new OptimizerMap({ defaultOptimizer: optimizers.sgd(), optimizerMap: { "encoder/.*": optimizers.adam() } });
 */
export class OptimizerMap implements Configurable {
  readonly defaultOptimizer: Optimizer;
  readonly optimizerMap: Readonly<Record<string, Optimizer>>;

  constructor({ defaultOptimizer, optimizerMap = {} }: OptimizerMapOptions) {
    this.defaultOptimizer = defaultOptimizer;
    this.optimizerMap = optimizerMap;
    for (const optimizer of [defaultOptimizer, ...Object.values(optimizerMap)]) checkInner(optimizer);
  }
  get className(): string {
    return "OptimizerMap";
  }
  get module(): string {
    return "keras.optimizers";
  }
  /** The optimizer of a path: an exact key's, else that of the one key that matches, else the default. */
  get(path: string): Optimizer {
    if (Object.hasOwn(this.optimizerMap, path)) return this.optimizerMap[path]!;
    const fitting = Object.keys(this.optimizerMap).filter((key) => new RegExp(`^(?:${key})$`).test(path));
    if (fitting.length > 1) throw new ValueError("OptimizerMap", `"${path}" is matched by ${fitting.join(" and ")}`);
    return fitting.length === 1 ? this.optimizerMap[fitting[0]!]! : this.defaultOptimizer;
  }
  /** Every optimizer once, the default last. */
  values(): readonly Optimizer[] {
    return [...new Set([...Object.values(this.optimizerMap), this.defaultOptimizer])];
  }
  getConfig(): Config {
    const written = (o: Optimizer): Json => serializeObject(o) as unknown as Json;
    const entries = Object.entries(this.optimizerMap).map(([key, o]) => [key, written(o)]);
    return { default_optimizer: written(this.defaultOptimizer), optimizer_map: Object.fromEntries(entries) };
  }
}

export interface MultiOptimizerOptions {
  /** A map, or a function that gives a variable's optimizer; a function cannot be saved. */
  readonly optimizerMap: OptimizerMap | ((variable: Variable) => Optimizer);
  /** Replaces that of the optimizers. Default none. */
  readonly lossScaleFactor?: number | null | undefined;
  readonly name?: string | undefined;
}

/** Hands every gradient to the optimizer of its variable. Learning rates belong to the optimizers inside. */
export class MultiOptimizer extends Optimizer {
  readonly optimizerMap: MultiOptimizerOptions["optimizerMap"];
  readonly #inner: Optimizer[] = [];
  readonly #of = new Map<Variable, Optimizer>();

  constructor({ optimizerMap, lossScaleFactor = null, name }: MultiOptimizerOptions) {
    super({ name, learningRate: 0, lossScaleFactor });
    this.optimizerMap = optimizerMap;
    if (optimizerMap instanceof OptimizerMap) for (const optimizer of optimizerMap.values()) this.#take(optimizer);
  }
  override get className(): string {
    return "MultiOptimizer";
  }
  #take(optimizer: Optimizer): Optimizer {
    if (this.#inner.includes(optimizer)) return optimizer;
    checkInner(optimizer);
    optimizer.lossScaleFactor = this.lossScaleFactor;
    this.#inner.push(optimizer);
    return optimizer;
  }
  /** The optimizers inside. */
  get optimizers(): readonly Optimizer[] {
    return this.#inner;
  }
  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.#inner.flatMap((o) => o.variables)];
  }
  override get learningRate(): Variable {
    throw noRate();
  }
  override set learningRate(_value: number | Tensor | Variable) {
    throw noRate();
  }
  override currentLearningRate(): Tensor {
    throw noRate();
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    const { optimizerMap } = this;
    for (const v of variables) {
      this.#of.set(v, this.#take(optimizerMap instanceof OptimizerMap ? optimizerMap.get(v.name) : optimizerMap(v)));
    }
    this.#each(variables, (o, own) => o.build(own));
    this.built = true;
  }
  /** Calls `fn` with each optimizer that has some of the variables, and these. */
  #each(variables: readonly Variable[], fn: (optimizer: Optimizer, own: readonly Variable[]) => void): void {
    for (const optimizer of this.#inner) {
      const own = variables.filter((v) => this.#of.get(v) === optimizer);
      if (own.length) fn(optimizer, own);
    }
  }
  override apply(gradients: readonly Gradient[], variables: readonly Variable[]): void {
    this.build(variables);
    const stranger = variables.find((v) => !this.#of.has(v));
    if (stranger || gradients.length !== variables.length) {
      const what = stranger
        ? `does not know the variable "${stranger.name}"`
        : `got ${gradients.length} gradients for ${variables.length} variables`;
      throw new ValueError(this.className, what);
    }
    withName(this.name, () => {
      this.#each(variables, (optimizer, own) =>
        optimizer.apply(
          own.map((v) => gradients[variables.indexOf(v)]!),
          own,
        ),
      );
      this.iterations.assign(add(this.iterations, 1));
    });
  }
  protected override updateStep(): void {
    throw new ValueError(this.className, "the optimizers inside change the variables");
  }
  override finalizeVariableValues(variables: readonly Variable[]): void {
    this.#each(variables, (o, own) => o.finalizeVariableValues(own));
  }
  override getConfig(): Config {
    const { optimizerMap, lossScaleFactor, name } = this;
    if (!(optimizerMap instanceof OptimizerMap)) {
      throw new ValueError(this.className, "a function cannot be saved", { hint: "Use an OptimizerMap." });
    }
    return { optimizer_map: serializeObject(optimizerMap) as unknown as Json, loss_scale_factor: lossScaleFactor, name };
  }
}
const noRate = (): ValueError =>
  new ValueError("MultiOptimizer", "has no learning rate of its own", { hint: "Use those of the optimizers in `optimizers`." });

function checkInner(optimizer: unknown): void {
  if (optimizer instanceof Optimizer && !(optimizer instanceof LossScaleOptimizer || optimizer instanceof MultiOptimizer)) return;
  throw new ValueError("MultiOptimizer", "takes optimizers that are neither a LossScaleOptimizer nor a MultiOptimizer");
}

/**
 * Different optimizers for different variables.
 * @example
 * const map = new OptimizerMap({ defaultOptimizer: optimizers.sgd(), optimizerMap: { "encoder/.*": optimizers.adam() } });
 * optimizers.multiOptimizer({ optimizerMap: map });
 */
/* @__NO_SIDE_EFFECTS__ */
export const multiOptimizer = (options: MultiOptimizerOptions): MultiOptimizer => new MultiOptimizer(options);
