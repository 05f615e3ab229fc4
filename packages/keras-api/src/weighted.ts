/** Weighted: what has weights, of its own and in the parts found in its properties. The base of layers. */
import {
  context,
  type DType,
  isFloat,
  ShapeError,
  suspendTrace,
  Tensor,
  type TensorData,
  tensor,
  tidy,
  ValueError,
  Variable,
} from "@antler/tensor-core";
import { type ConstraintLike, get as getConstraint } from "./constraints/get.ts";
import { get as getInitializer, type InitializerLike } from "./initializers/get.ts";
import { snakeCase } from "./naming.ts";
import { reachable } from "./reachable.ts";
import { get as getRegularizer, type RegularizerLike } from "./regularizers/get.ts";
import { spendOnWeight } from "./saving/budget.ts";
import { inPythonOrder, type Saveable, type SavedParts } from "./saving/saveable.ts";
import { SeedGenerator } from "./seed.ts";
import { setConstraint, setRegularizer, withoutAutocast } from "./weights.ts";

export interface WeightOptions {
  /** Default "variable". */
  readonly name?: string | undefined;
  readonly shape?: readonly number[] | undefined;
  /** Default "glorot_uniform" for floats, "zeros" for all else. */
  readonly initializer?: InitializerLike | undefined;
  /** Default true. */
  readonly trainable?: boolean | undefined;
  /** Default: the policy's for weights. */
  readonly dtype?: DType | undefined;
  /** Its penalty is added to the loss. */
  readonly regularizer?: RegularizerLike | undefined;
  /** Brings it into form after each step of training. */
  readonly constraint?: ConstraintLike | undefined;
  /** Whether a mixed policy casts it where it is read. Default true. */
  readonly autocast?: boolean | undefined;
}

/** Finds weights and parts by a walk over its own enumerable properties, whenever it is asked: no assignment has to be watched. */
export abstract class Weighted implements Saveable {
  abstract readonly name: string;
  abstract readonly dtype: DType;
  /** Whether the weights exist. */
  built = false;
  #trainable: boolean;
  readonly #added: Variable[] = [];
  /** Variables that training may change, whether frozen now or not. */
  readonly #learning = new Set<Variable>();

  constructor(trainable: boolean) {
    this.#trainable = trainable;
  }
  /** Keras's name of the class. Minifiers rename classes: a class that is saved says its own. */
  get className(): string {
    return this.constructor.name;
  }

  /**
   * A new weight, drawn by an initializer.
   * @example
   * this.kernel = this.addWeight({ name: "kernel", shape: [3, 4], initializer: "glorot_uniform" });
   */
  protected addWeight(options: WeightOptions = {}): Variable {
    const { name = "variable", shape = [], initializer, trainable = true, dtype = this.dtype } = options;
    const rule = getInitializer(initializer ?? (isFloat(dtype) ? "glorot_uniform" : "zeros"));
    const path = context.path ? `${context.path}/${name}` : `${this.name}/${name}`;
    spendOnWeight(path, shape, dtype);
    const variable = suspendTrace(() => {
      const first = tidy(() => rule.apply(shape, dtype));
      const made = new Variable(first, { name: path, trainable: trainable && this.#trainable });
      first.dispose();
      return made;
    });
    setRegularizer(variable, getRegularizer(options.regularizer));
    setConstraint(variable, getConstraint(options.constraint));
    if (options.autocast === false) withoutAutocast.add(variable);
    if (trainable) this.#learning.add(variable);
    this.#added.push(variable);
    return variable;
  }

  /**
   * The objects below it as files name them: override it where Keras's class has other names. Default: its properties, in snake_case.
   * @example
   * override savedParts() {
   *   return { _query_dense: this.query, _key_dense: this.key };
   * }
   */
  savedParts(): SavedParts {
    return inPythonOrder(Object.fromEntries(Object.entries(this).map(([name, value]) => [snakeCase(name), value])));
  }
  /** Its own weights as files hold them: those that training may change first. */
  get ownWeights(): readonly Variable[] {
    const own = [...new Set([...this.#added, ...reachable(this).filter((x) => x instanceof Variable)])];
    const learning = own.filter((v) => this.#learning.has(v) || v.trainable);
    return [...learning, ...own.filter((v) => !learning.includes(v))];
  }
  #seeds(): Variable[] {
    return reachable(this)
      .filter((x) => x instanceof SeedGenerator)
      .map((g) => g.state);
  }
  /** The layers among its properties. */
  sublayers(): Weighted[] {
    return reachable(this).filter((x) => x instanceof Weighted);
  }

  /** All weights: its own, trainable ones first, then those of the layers inside. */
  get weights(): Variable[] {
    return [...new Set([...this.ownWeights, ...this.sublayers().flatMap((l) => l.weights)])];
  }
  /** Weights and random state. */
  get variables(): Variable[] {
    return [...new Set([...this.weights, ...this.#seeds(), ...this.sublayers().flatMap((l) => l.variables)])];
  }
  /** What training changes. */
  get trainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((v) => v.trainable) : [];
  }
  /** What training leaves alone, such as moving averages and frozen weights. */
  get nonTrainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((v) => !v.trainable) : this.weights;
  }

  get trainable(): boolean {
    return this.#trainable;
  }
  /** Freezes or thaws the weights, here and in the layers inside. Compiled models need `compile` again. */
  set trainable(value: boolean) {
    for (const v of this.ownWeights) {
      if (v.trainable) this.#learning.add(v);
      if (this.#learning.has(v)) v.trainable = value;
    }
    this.#trainable = value;
    for (const layer of this.sublayers()) layer.trainable = value;
  }

  /** How many numbers the weights hold. */
  countParams(): number {
    if (!this.built) {
      throw new ValueError(this.className, `"${this.name}" is not built, so its weights cannot be counted`, {
        hint: "Call build(inputShape) first.",
      });
    }
    return this.weights.reduce((n, v) => n + v.shape.reduce((a, b) => a * b, 1), 0);
  }

  /** The weights' values now, in the order of `weights`; yours to dispose of. */
  getWeights(): Tensor[] {
    return this.weights.map((v) => v.value);
  }
  /**
   * Sets all weights.
   * @param values in the order of `weights`: tensors, nested arrays, or typed arrays with the numbers in row-major order
   * @throws ShapeError where their number or a shape does not fit
   */
  setWeights(values: readonly (Tensor | TensorData)[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      const hint = this.built ? undefined : "It is not built yet: call build(inputShape) first.";
      throw new ShapeError(this.className, `"${this.name}" has ${weights.length} weights, got ${values.length}`, { hint });
    }
    weights.forEach((v, i) => {
      const value = values[i]!;
      if (value instanceof Tensor) return void v.assign(value);
      const given = ArrayBuffer.isView(value) ? tensor(value, v.shape, v.dtype) : tensor(value, undefined, v.dtype);
      v.assign(given);
      given.dispose();
    });
  }
}
