/** The base of optimizers: how gradients change variables. */
import {
  add,
  cast,
  densify,
  div,
  equal,
  floorDiv,
  type IndexedSlices,
  identity,
  mod,
  mul,
  notEqual,
  sub,
  type Tensor,
  tensor,
  tidy,
  ValueError,
  type Variable,
  where,
  withName,
  zerosLike,
} from "@antler/tensor-core";
import { warnOnce } from "../host.ts";
import { autoName } from "../naming.ts";
import { Parametrized } from "../parametrized.ts";
import type { Saveable, SavedParts } from "../saving/saveable.ts";
import type { Config } from "../serialization/config.ts";
import { constraintOf } from "../weights.ts";
import { clip } from "./clip.ts";
import { checkRate, type LearningRateLike, rateAt, rateConfig } from "./learning-rate.ts";
import { checkOptions, type OptimizerOptions } from "./options.ts";
import { assignWhere, type StateOptions, stateVariable } from "./state.ts";

/** A gradient; null where the loss does not depend on the variable. */
export type Gradient = Tensor | IndexedSlices | null;

/**
 * Override `updateStep`, `addState` for variables of your own, and `rates` for what all variables' updates share. All state lives in
 * variables, so that a step can be compiled.
 * @example
 * class SignDescent extends Optimizer {
 *   override updateStep(gradient: Tensor, variable: Variable, rate: Tensor) {
 *     variable.assign(sub(variable, mul(sign(gradient), rate)));
 *   }
 * }
 */
export abstract class Optimizer extends Parametrized implements Saveable {
  readonly name: string;
  declare readonly weightDecay: number | null;
  declare readonly clipnorm: number | null;
  declare readonly clipvalue: number | null;
  declare readonly globalClipnorm: number | null;
  declare readonly useEma: boolean;
  declare readonly emaMomentum: number;
  declare readonly emaOverwriteFrequency: number | null;
  declare readonly gradientAccumulationSteps: number | null;
  declare lossScaleFactor: number | null;
  built: boolean;
  readonly #iterations: Variable;
  /** The rule, or the last number that was given. */
  #learningRate: LearningRateLike;
  readonly #learningRateVariable: Variable | undefined;
  readonly #variables: Variable[] = [];
  /** Of each variable the optimizer was built for: its slots by name. */
  readonly #slots = new Map<Variable, Map<string, Variable>>();
  #isExcluded: (variable: Variable) => boolean = () => false;

  constructor(options: OptimizerOptions) {
    super();
    const { learningRate } = options;
    checkRate(this.className, learningRate);
    checkOptions(this.className, options);
    this.name = options.name ?? autoName(this.className);
    this.take(options, {
      weightDecay: null,
      clipnorm: null,
      globalClipnorm: null,
      clipvalue: null,
      useEma: false,
      emaMomentum: 0.99,
      emaOverwriteFrequency: null,
      lossScaleFactor: null,
      gradientAccumulationSteps: null,
    });
    this.built = false;
    this.#learningRate = learningRate;
    this.#iterations = this.addVariable(`${this.name}/iteration`, { dtype: "int32", savedDtype: "int64" });
    if (typeof learningRate === "number") {
      this.#learningRateVariable = this.addVariable(`${this.name}/learning_rate`, { value: learningRate });
    }
  }
  get module(): string {
    return "keras.optimizers";
  }

  /** How many steps were made, those that only collected gradients included: int32, int64 in files. */
  get iterations(): Variable {
    return this.#iterations;
  }
  /**
   * float32 scalar; setting a number compiles nothing.
   * @throws ValueError where the learning rate is a schedule or a function
   */
  get learningRate(): Variable {
    if (this.#learningRateVariable) return this.#learningRateVariable;
    const hint = "Read it with currentLearningRate(); to set it, make the optimizer with a number.";
    throw new ValueError(this.className, "its learning rate is a rule, no variable", { hint });
  }
  set learningRate(value: number | Tensor | Variable) {
    const variable = this.learningRate;
    const next = typeof value === "number" ? tensor(value) : value;
    variable.assign(next);
    if (typeof value !== "number") return;
    (next as Tensor).dispose();
    this.#learningRate = value;
  }
  /** The learning rate of the next step, whatever it comes from: float32 scalar. */
  currentLearningRate(): Tensor {
    return tidy(() => identity(this.#rateAt(this.#iterations.value)));
  }
  #rateAt(step: Tensor): Tensor {
    const rule = this.#learningRate;
    return typeof rule === "number" ? this.learningRate.value : rateAt(rule, step);
  }

  /** All state, as files hold it: the step count, the learning rate if it is a number, then the slots in the order they were made. */
  get variables(): readonly Variable[] {
    return this.#variables;
  }
  get ownWeights(): readonly Variable[] {
    return this.variables;
  }
  /** Optimizers inside of it, by the names Keras's class has for them. */
  savedParts(): SavedParts {
    return {};
  }

  /** Makes the state for these variables, once; done by the first `apply`. */
  build(variables: readonly Variable[]): void {
    if (this.built) return;
    for (const v of variables) this.#slots.set(v, new Map());
    if (this.useEma) this.addSlots(variables, ["average"]);
    if (this.gradientAccumulationSteps) this.addSlots(variables, ["gradient_accumulator"]);
    this.addState(variables);
    this.built = true;
  }
  /** Makes an optimizer's own state, with `addSlots`, `addSlot` and `addVariable`. */
  protected addState(_variables: readonly Variable[]): void {}
  /** Slots of the variables' shapes and dtypes, under these names, with these values; made variable by variable, as Keras files hold them. */
  protected addSlots(variables: readonly Variable[], names: readonly string[], values: readonly number[] = []): void {
    for (const v of variables) names.forEach((name, i) => void this.addSlot(v, name, { value: values[i] }));
  }
  /** State that belongs to a variable; of its shape and dtype, unless the options say otherwise. */
  protected addSlot(reference: Variable, name: string, options: StateOptions & { readonly path?: string } = {}): void {
    const { path = `${this.name}/${reference.name.replaceAll("/", "_")}_${name}`, ...rest } = options;
    this.#slots.get(reference)!.set(name, this.addVariable(path, { shape: reference.shape, dtype: reference.dtype, ...rest }));
  }
  /** A variable among the optimizer's state. */
  protected addVariable(path: string, options?: StateOptions): Variable {
    const made = stateVariable(path, options);
    this.#variables.push(made);
    return made;
  }
  /** The slot of that name that belongs to a variable. */
  protected slot(v: Variable, name: string): Variable {
    return this.#slots.get(v)!.get(name)!;
  }

  /**
   * Makes one step.
   * @param gradients one for each variable; null ones are left out with a warning
   * @throws ValueError for variables the optimizer was not built for, or where no variable has a gradient
   * @example
   * optimizer.apply(tape.gradient(loss, weights), weights);
   */
  apply(gradients: readonly Gradient[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length) {
      throw new ValueError(this.className, `got ${gradients.length} gradients for ${variables.length} variables`);
    }
    this.build(variables);
    const stranger = variables.find((v) => !this.#slots.has(v));
    if (stranger) {
      const hint = "An optimizer belongs to the variables it saw first: make a new one for others.";
      throw new ValueError(this.className, `does not know the variable "${stranger.name}"`, { hint });
    }
    withName(this.name, () => tidy(() => this.#step(gradients, variables)));
  }
  /** As `apply`, for pairs. */
  applyGradients(pairs: readonly (readonly [Gradient, Variable])[]): void {
    this.apply(
      pairs.map(([g]) => g),
      pairs.map(([, v]) => v),
    );
  }
  #step(given: readonly Gradient[], all: readonly Variable[]): void {
    const variables = this.#withGradient(given, all);
    const dense = given.filter((g) => g !== null).map((g, i) => cast(densify(g), variables[i]!.dtype));
    const factor = this.lossScaleFactor;
    const gradients = factor ? dense.map((g) => div(g, factor)) : dense;

    const step = this.#iterations.value;
    const every = this.gradientAccumulationSteps;
    const updates = every ? floorDiv(step, every) : step;
    const rate = this.#rateAt(step);
    const update = (clipped: readonly Tensor[]): void => this.#update(clipped, variables, rate, updates);
    if (every) this.#accumulate(gradients, variables, equal(mod(add(step, 1), every), 0), update);
    else update(gradients);
    if (this.useEma) this.#average(updates);
    for (const v of variables) {
      const constraint = constraintOf(v);
      if (constraint) v.assign(constraint.apply(v.value));
    }
    this.#iterations.assign(add(step, 1));
  }
  #withGradient(gradients: readonly Gradient[], all: readonly Variable[]): readonly Variable[] {
    const without = all.filter((_, i) => gradients[i] === null);
    const names = without.map((v) => v.name).join(", ");
    if (all.length && without.length === all.length) throw new ValueError(this.className, `no variable has a gradient (${names})`);
    if (without.length) warnOnce(`${this.className}: no gradient for ${names}: the loss does not depend on them.`);
    return all.filter((_, i) => gradients[i] !== null);
  }
  /** Adds gradients up; every so often updates with their mean. */
  #accumulate(
    gradients: readonly Tensor[],
    variables: readonly Variable[],
    due: Tensor,
    update: (gradients: readonly Tensor[]) => void,
  ): void {
    const slots = variables.map((v) => this.slot(v, "gradient_accumulator"));
    const sums = gradients.map((g, i) => add(g, slots[i]!));
    const means = sums.map((g) => div(g, this.gradientAccumulationSteps!));
    assignWhere(due, [...variables, ...this.#variables], () => update(means));
    slots.forEach((slot, i) => void slot.assign(where(due, zerosLike(slot), sums[i]!)));
  }
  #update(gradients: readonly Tensor[], variables: readonly Variable[], rate: Tensor, updates: Tensor): void {
    const clipped = clip(gradients, this);
    for (const v of variables) {
      const decay = this.#isExcluded(v) ? null : this.decayOf(v);
      if (decay) v.assign(sub(v, mul(mul(v, decay), cast(rate, v.dtype))));
    }
    const rates = this.rates(rate, cast(add(updates, 1), "float32"));
    variables.forEach((v, i) => void this.updateStep(clipped[i]!, v, ...rates.map((r) => cast(r, v.dtype))));
  }

  /** What `updateStep` gets beside gradient and variable, once for all of them: the learning rate, or what is made of it in step 1, 2, … */
  protected rates(learningRate: Tensor, _step: Tensor): readonly Tensor[] {
    return [learningRate];
  }
  /** Changes one variable. Gradient and rates have its dtype. */
  protected abstract updateStep(gradient: Tensor, variable: Variable, ...rates: Tensor[]): void;

  /** The decay of a variable's weights; null or 0 for none. */
  protected decayOf(_variable: Variable): number | null {
    return this.weightDecay;
  }
  /**
   * Leaves variables out of weight decay: these, and those whose name matches one of the patterns. Replaces what was left out before.
   * @throws ValueError once the optimizer is built
   * @example
   * optimizer.excludeFromWeightDecay({ names: ["bias", "gamma"] });
   */
  excludeFromWeightDecay({ variables = [], names = [] }: ExcludeOptions): void {
    if (this.built) throw new ValueError(this.className, "excludeFromWeightDecay() must come before the first step");
    const patterns = names.map((name) => new RegExp(name));
    this.#isExcluded = (v) => variables.includes(v) || patterns.some((p) => p.test(v.name));
  }

  /** `a ← k · a + (1 − k) · w`; the first update sets a to w. */
  #average(updates: Tensor): void {
    const kept = mul(cast(notEqual(updates, 0), "float32"), this.emaMomentum);
    const every = this.emaOverwriteFrequency;
    const due = every ? equal(mod(add(updates, 1), every), 0) : undefined;
    for (const v of this.#slots.keys()) {
      const [average, k] = [this.slot(v, "average"), cast(kept, v.dtype)];
      average.assign(add(mul(k, average), mul(sub(1, k), v)));
      if (due) v.assign(where(due, average, v));
    }
  }
  /** With `useEma`, puts the running means of these variables in their place; `fit` does so at its end. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    if (this.useEma && this.built) tidy(() => void variables.forEach((v) => void v.assign(this.slot(v, "average"))));
  }
  /** The loss times `lossScaleFactor`: differentiate this one, so that small gradients do not vanish in 16 bits. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor ? mul(loss, this.lossScaleFactor) : loss;
  }

  /** The options, in Keras's snake_case. `learning_rate` is the last number given, or the rule. */
  override getConfig(): Config {
    return { name: this.name, learning_rate: rateConfig(this.#learningRate), ...super.getConfig() };
  }
}

export interface ExcludeOptions {
  readonly variables?: readonly Variable[] | undefined;
  /** Regular expressions, searched in the variables' names. */
  readonly names?: readonly string[] | undefined;
}
