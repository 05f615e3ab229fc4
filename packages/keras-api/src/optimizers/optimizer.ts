/** The base of optimizers: how gradients change variables. */
import {
  add,
  cast,
  type DType,
  densify,
  type IndexedSlices,
  mul,
  sub,
  suspendTrace,
  type Tensor,
  tensor,
  tidy,
  ValueError,
  Variable,
  withName,
} from "@antler/tensor-core";
import { warnOnce } from "../host.ts";
import { autoName } from "../naming.ts";
import type { Saveable, SavedParts } from "../saving/saveable.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { storedZeros } from "../zeros.ts";
import { type ClipOptions, clip } from "./clip.ts";

export interface OptimizerOptions extends ClipOptions {
  /** How far each step goes. */
  readonly learningRate?: number | undefined;
  /** The part of each weight that a step takes away, times the learning rate. Default none. */
  readonly weightDecay?: number | null | undefined;
  readonly name?: string | undefined;
}

/** A gradient; null where the loss does not depend on the variable. */
export type Gradient = Tensor | IndexedSlices | null;

/**
 * Override `updateStep`, and `build` for state of your own (`addSlots`). All state lives in variables, so that a step can be
 * compiled.
 * @example
 * class SignDescent extends Optimizer {
 *   override updateStep(gradient: Tensor, variable: Variable, rate: Tensor) {
 *     variable.assign(sub(variable, mul(sign(gradient), rate)));
 *   }
 * }
 */
export abstract class Optimizer implements Saveable {
  readonly name: string;
  /** How many steps were made: int32, int64 in files. */
  readonly iterations: Variable;
  /** The learning rate it was made with. */
  protected readonly initialLearningRate: number;
  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  built: boolean;
  readonly #learningRate: Variable;
  readonly #variables: Variable[];
  /** Each variable's place among those the optimizer was built for. */
  readonly #places = new Map<Variable, number>();

  constructor(options: OptimizerOptions & { readonly learningRate: number }) {
    const { learningRate, weightDecay = null, clipnorm = null, clipvalue = null, globalClipnorm = null } = options;
    this.name = options.name ?? autoName(this.className);
    this.weightDecay = weightDecay;
    this.clipnorm = clipnorm;
    this.clipvalue = clipvalue;
    this.globalClipnorm = globalClipnorm;
    if ([clipnorm, clipvalue, globalClipnorm].filter((c) => c !== null).length > 1) {
      throw new ValueError(this.className, "only one of clipnorm, clipvalue and globalClipnorm may be given");
    }
    this.built = false;
    this.initialLearningRate = learningRate;
    this.iterations = stateOf(Int32Array.of(0), [], `${this.name}/iteration`, "int64");
    this.#learningRate = stateOf(Float32Array.of(learningRate), [], `${this.name}/learning_rate`);
    this.#variables = [this.iterations, this.#learningRate];
  }
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.optimizers";
  }

  /** float32 scalar; setting a number compiles nothing. */
  get learningRate(): Variable {
    return this.#learningRate;
  }
  set learningRate(value: number | Tensor | Variable) {
    const next = typeof value === "number" ? tensor(value) : value;
    this.#learningRate.assign(next);
    if (typeof value === "number") (next as Tensor).dispose();
  }

  /** All state: the step count, the learning rate, then the slots in the order they were made. */
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

  /** Makes the state for these variables; done by the first `apply`. End an override by adding slots. */
  build(variables: readonly Variable[]): void {
    variables.forEach((v, i) => void this.#places.set(v, i));
    this.built = true;
  }
  /**
   * State of a variable's shape, one for each variable and name, all zero.
   * @returns for each name the slots in the variables' order; made variable by variable, as Keras files hold them
   */
  protected addSlots(variables: readonly Variable[], names: readonly string[]): Variable[][] {
    const slots = names.map((): Variable[] => []);
    for (const reference of variables) {
      names.forEach((name, i) => {
        const path = `${this.name}/${reference.name.replaceAll("/", "_")}_${name}`;
        const slot = suspendTrace(() => stateVariable(storedZeros(reference.shape, reference.dtype), path, reference.dtype));
        slots[i]!.push(slot);
        this.#variables.push(slot);
      });
    }
    return slots;
  }
  /** The slot that belongs to a variable. */
  protected slotOf(slots: readonly Variable[], v: Variable): Variable {
    return slots[this.#places.get(v)!]!;
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
    if (!this.built) this.build(variables);
    const stranger = variables.find((v) => !this.#places.has(v));
    if (stranger) {
      const hint = "An optimizer belongs to the variables it saw first: make a new one for others.";
      throw new ValueError(this.className, `does not know the variable "${stranger.name}"`, { hint });
    }
    withName(this.name, () => tidy(() => this.#step(gradients, variables)));
  }
  #step(gradients: readonly Gradient[], all: readonly Variable[]): void {
    const without = all.filter((_, i) => gradients[i] === null);
    const names = without.map((v) => v.name).join(", ");
    if (all.length && without.length === all.length) throw new ValueError(this.className, `no variable has a gradient (${names})`);
    if (without.length) warnOnce(`${this.className}: no gradient for ${names}: the loss does not depend on them.`);

    const variables = all.filter((_, i) => gradients[i] !== null);
    const clipped = clip(gradients.filter((g) => g !== null).map(densify), this);
    const learningRate = this.#learningRate.value;
    if (this.weightDecay !== null) {
      for (const v of variables) v.assign(sub(v, mul(mul(v, this.weightDecay), cast(learningRate, v.dtype))));
    }
    const step = add(this.iterations, 1);
    const rate = this.stepSize(learningRate, cast(step, "float32"));
    variables.forEach((v, i) => void this.updateStep(cast(clipped[i]!, v.dtype), v, cast(rate, v.dtype)));
    this.iterations.assign(step);
  }
  /** As `apply`, for pairs. */
  applyGradients(pairs: readonly (readonly [Gradient, Variable])[]): void {
    this.apply(
      pairs.map(([g]) => g),
      pairs.map(([, v]) => v),
    );
  }

  /** What `updateStep` gets as rate, once a step: the learning rate, or what an optimizer makes of it in step 1, 2, … */
  protected stepSize(learningRate: Tensor, _step: Tensor): Tensor {
    return learningRate;
  }
  /** Changes one variable. */
  protected abstract updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void;

  /** The options, in Keras's snake_case. `learning_rate` is the one given; a changed one is in the variable. */
  getConfig(): Config {
    return {
      name: this.name,
      learning_rate: Math.fround(this.initialLearningRate),
      ...configOf(this, ["weightDecay", "clipnorm", "globalClipnorm", "clipvalue"]),
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    };
  }
}

/** A variable stored from the host: nothing is dispatched, also while a step is traced. */
/** State of the optimizer, from data; float32 or int32 by the data's type. */
const stateOf = (data: Float32Array | Int32Array, shape: readonly number[], name: string, savedDtype?: DType): Variable =>
  suspendTrace(() => stateVariable(tensor(data, shape), name, savedDtype));
function stateVariable(first: Tensor, name: string, savedDtype: DType | undefined): Variable {
  const made = new Variable(first, { name, trainable: false, savedDtype });
  first.dispose();
  return made;
}
