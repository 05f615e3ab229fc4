/** Layer: a function of tensors with weights of its own, made when it first sees a shape. */
import {
  cast,
  context,
  type DType,
  isFloat,
  leaves,
  makeSpec,
  mapTree,
  type Shape,
  ShapeError,
  suspendTrace,
  Tensor,
  type TensorData,
  tensor,
  tidy,
  trace,
  ValueError,
  Variable,
  withName,
} from "@antler/tensor-core";
import { get as getInitializer, type InitializerLike } from "./initializers/get.ts";
import { checkInput, type InputSpec } from "./input-spec.ts";
import { maskOf, setMask } from "./masks.ts";
import { autoName, snakeCase } from "./naming.ts";
import { type Nested, type ShapesOf, shapesOf } from "./nested.ts";
import { DTypePolicy } from "./policy.ts";
import { reachable } from "./reachable.ts";
import { SeedGenerator } from "./seed.ts";
import { type Config, serialize } from "./serialization/config.ts";
import { type ShapeLike, toShape } from "./shapes.ts";

export interface LayerOptions {
  /** Default: the class's name in snake_case, numbered. */
  readonly name?: string | undefined;
  /** Whether training changes its weights. Default true. */
  readonly trainable?: boolean | undefined;
  /** Of weights and results. Default "float32". */
  readonly dtype?: DType | undefined;
  /** For the first layer of a model: the sizes of an input, without the batch. */
  readonly inputShape?: ShapeLike | undefined;
  /** For the first layer of a model: the sizes of an input with the batch first, null where any size will do. */
  readonly batchInputShape?: ShapeLike | undefined;
}

export interface CallOptions {
  /** Whether layers behave as in training (dropout drops). Default: as the layer around this one, else false. */
  readonly training?: boolean | undefined;
  /** bool, true where a step of the input counts. Default: the mask the input carries. */
  readonly mask?: Tensor | null | undefined;
}
/** What `call` is told. */
export interface CallContext {
  readonly training: boolean;
  readonly mask: Tensor | null;
}

export interface WeightOptions {
  /** Default "variable". */
  readonly name?: string | undefined;
  readonly shape?: readonly number[] | undefined;
  /** Default "glorot_uniform" for floats, "zeros" for all else. */
  readonly initializer?: InitializerLike | undefined;
  /** Default true. */
  readonly trainable?: boolean | undefined;
  /** Default: the layer's. */
  readonly dtype?: DType | undefined;
}

/** Any layer, whatever it takes. */
export type AnyLayer = Layer<Nested, Nested>;

/** Whether the layer now being called is training; what layers inside it inherit. */
let calling: { readonly training: boolean } | undefined;

/**
 * The base of layers. Override `call`, and `build` to make weights; options given to `super(options)` are its config.
 * @example
 * class Scale extends Layer {
 *   scale!: Variable;
 *   override build(shape: Shape) {
 *     this.scale = this.addWeight({ name: "scale", shape: [shape.at(-1) as number], initializer: "ones" });
 *     super.build(shape);
 *   }
 *   override call(x: Tensor) {
 *     return mul(x, this.scale);
 *   }
 * }
 * new Scale().apply(tensor([[1, 2]]));
 */
export abstract class Layer<I extends Nested = Tensor, O extends Nested = Tensor> {
  readonly name: string;
  readonly dtype: DType;
  /** Whether the weights exist. */
  built: boolean;
  /** What the layer demands of an input that is one tensor. */
  protected inputSpec: InputSpec | undefined;
  /** Whether a mask of the input is the mask of the result, too. */
  protected supportsMasking: boolean;
  /** The shape of its inputs with the batch first, where the options tell. */
  readonly batchInputShape: ShapeLike | undefined;
  /** The shapes of its results in the model that was built last. */
  outputShape: ShapesOf<O> | undefined;
  #trainable: boolean;
  readonly #options: LayerOptions;
  readonly #added: Variable[] = [];
  /** Variables that training may change, whether frozen now or not. */
  readonly #learning = new Set<Variable>();

  constructor(options: LayerOptions = {}) {
    this.name = options.name ?? autoName(this.className);
    this.dtype = options.dtype ?? "float32";
    this.batchInputShape = options.batchInputShape ?? (options.inputShape && [null, ...options.inputShape]);
    this.built = false;
    this.inputSpec = undefined;
    this.supportsMasking = false;
    this.outputShape = undefined;
    this.#trainable = options.trainable ?? true;
    this.#options = options;
  }

  /** Keras's name of the class. Minifiers rename classes: a class that is saved says its own. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.layers";
  }

  /** What the layer does. It is called with its weights made, under the layer's name. */
  abstract call(inputs: I, context: CallContext): O;

  /** Makes the weights, once the input's shape is known. Sizes may be symbols. End an override with `super.build(inputShape)`. */
  build(_inputShape: ShapesOf<I>): void {
    this.built = true;
  }

  /**
   * Calls the layer, after building it if this is the first time.
   * @throws ShapeError where the input is not what the layer was built for
   */
  apply(inputs: I, options: CallOptions = {}): O {
    return withName(this.name, () => {
      const x = mapTree(inputs, (t) => this.#convert(t)) as I;
      if (this.inputSpec && x instanceof Tensor) checkInput(this.className, x, this.inputSpec);
      this.#buildFor(shapesOf(x));
      const mask = options.mask === undefined ? maskOf(inputs) : options.mask;
      const before = calling;
      calling = { training: options.training ?? before?.training ?? false };
      try {
        const y = this.call(x, { training: calling.training, mask });
        if (maskOf(y) === null) setMask(y, this.computeMask(inputs, mask));
        return y;
      } finally {
        calling = before;
      }
    });
  }
  /** Floats come in the layer's dtype; integers stay what they are. */
  #convert(x: unknown): Tensor {
    if (!(x instanceof Tensor)) throw new ValueError(this.className, "a layer is applied to tensors", { hint: "Make one with tensor()." });
    return isFloat(x.dtype) ? cast(x, this.dtype) : x;
  }
  #buildFor(shapes: ShapesOf<I>): void {
    if (this.built) return;
    suspendTrace(() => this.build(shapes));
    this.built = true;
  }

  /** The mask of the result. Default: the input's where masking is supported. */
  computeMask(_inputs: I, mask: Tensor | null): Tensor | null {
    return this.supportsMasking ? mask : null;
  }

  /** The shape of the result for an input's shape, found by tracing the layer; builds it. */
  computeOutputShape(inputShape: I extends Tensor ? ShapeLike : ShapesOf<I>): ShapesOf<O> {
    const shapes = (isShape(inputShape) ? toShape(inputShape) : mapShapes(inputShape)) as ShapesOf<I>;
    if (!this.built) withName(this.name, () => this.#buildFor(shapes));
    const flat: Shape[] = isShape(inputShape) ? [shapes as Shape] : (Object.values(shapes as object) as Shape[]);
    let result: O | undefined;
    trace(
      this.name,
      flat.map((s) => makeSpec(s, this.dtype)),
      (tensors) => {
        let next = 0;
        const x = isShape(inputShape) ? tensors[0]! : mapShapes(inputShape, () => tensors[next++]!);
        result = this.apply(x as I, { training: false });
        return result;
      },
      (y) => leaves(y).filter((t) => t instanceof Tensor),
    );
    return shapesOf(result!);
  }

  /**
   * A new weight, drawn by an initializer.
   * @example
   * this.kernel = this.addWeight({ name: "kernel", shape: [3, 4], initializer: "glorot_uniform" });
   */
  protected addWeight({ name = "variable", shape = [], initializer, trainable = true, dtype = this.dtype }: WeightOptions = {}): Variable {
    const rule = getInitializer(initializer ?? (isFloat(dtype) ? "glorot_uniform" : "zeros"));
    const path = context.path ? `${context.path}/${name}` : `${this.name}/${name}`;
    const variable = suspendTrace(() => {
      const first = tidy(() => rule.apply(shape, dtype));
      const made = new Variable(first, { name: path, trainable: trainable && this.#trainable });
      first.dispose();
      return made;
    });
    if (trainable) this.#learning.add(variable);
    this.#added.push(variable);
    return variable;
  }

  /** Its own weights, in the order they were made, then variables found in its properties. */
  #own(): Variable[] {
    return [...new Set([...this.#added, ...[...reachable(this)].filter((x) => x instanceof Variable)])];
  }
  #seeds(): Variable[] {
    return [...reachable(this)].filter((x) => x instanceof SeedGenerator).map((g) => g.state);
  }
  /** The layers among its properties. */
  sublayers(): AnyLayer[] {
    return [...reachable(this)].filter((x) => x instanceof Layer) as AnyLayer[];
  }

  /** All weights: its own, trainable ones first, then those of the layers inside. */
  get weights(): Variable[] {
    const own = this.#own();
    const learning = own.filter((v) => this.#learning.has(v) || v.trainable);
    return [...new Set([...learning, ...own.filter((v) => !learning.includes(v)), ...this.sublayers().flatMap((l) => l.weights)])];
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
    for (const v of this.#own()) {
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

  /** The options that make this layer again, in Keras's snake_case. Default: those given to the constructor. */
  getConfig(): Config {
    const { name: _n, trainable: _t, dtype: _d, inputShape: _i, batchInputShape: _b, ...rest } = this.#options;
    const own = Object.entries(rest as object).map(([key, value]) => [snakeCase(key), serialize(value)] as const);
    return { ...this.baseConfig(), ...Object.fromEntries(own) };
  }
  /** The part of a config that every layer has. */
  protected baseConfig(): Config {
    return { name: this.name, trainable: this.trainable, dtype: serialize(new DTypePolicy(this.dtype)) };
  }
}

const isShape = (x: unknown): x is ShapeLike =>
  Array.isArray(x) && x.every((d) => d === null || typeof d === "number" || (typeof d === "object" && "factor" in d));
const mapShapes = (nest: unknown, fn: (shape: ShapeLike) => unknown = toShape): unknown =>
  Array.isArray(nest)
    ? nest.map((s) => fn(s as ShapeLike))
    : Object.fromEntries(Object.entries(nest as object).map(([k, s]) => [k, fn(s as ShapeLike)]));
