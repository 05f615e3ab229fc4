/** Layer: a function of tensors with weights of its own, made when it first sees a shape. */
import {
  cast,
  context,
  type DType,
  div,
  isFloat,
  leaves,
  makeSpec,
  mapTree,
  type Shape,
  type Spec,
  sizeOfAxes,
  suspendTrace,
  Tensor,
  ValueError,
  within,
} from "@antler/tensor-core";
import { autocastHook, type CallContext, type CallOptions, called, collectLoss } from "./calling.ts";
import { checkInput, type InputSpec } from "./input-spec.ts";
import { maskOf, setMasks } from "./masks.ts";
import { autoName, snakeCase } from "./naming.ts";
import { expectTensors, type MasksOf, type Nested, type ShapesOf, shapesOf } from "./nested.ts";
import { type DTypePolicy, type PolicyLike, policyOf } from "./policy.ts";
import { get as getRegularizer, type RegularizerLike } from "./regularizers/get.ts";
import type { Regularizer } from "./regularizers/regularizer.ts";
import { type Config, type Json, serialize } from "./serialization/config.ts";
import { type ShapeLike, toShapes } from "./shapes.ts";
import { infer } from "./symbolic/infer.ts";
import { type KerasTensor, type Operation, SymbolicNode, symbolicLeaves } from "./symbolic/keras-tensor.ts";
import { Weighted } from "./weighted.ts";
import { regularizerOf } from "./weights.ts";

export type { CallContext, CallOptions } from "./calling.ts";
export type { WeightOptions } from "./weighted.ts";

export interface LayerOptions {
  /** Default: the class's name in snake_case, numbered. */
  readonly name?: string | undefined;
  /** Whether training changes its weights. Default true. */
  readonly trainable?: boolean | undefined;
  /** A dtype for weights and results, or a policy such as `"mixed_float16"`. Default: the global policy, float32. */
  readonly dtype?: PolicyLike | undefined;
  /** Whether float inputs and weights are cast to what the policy computes in. Default true. */
  readonly autocast?: boolean | undefined;
  /** A penalty for the size of its results, added to the loss. */
  readonly activityRegularizer?: RegularizerLike | undefined;
  /** For the first layer of a model: the sizes of an input, without the batch. */
  readonly inputShape?: ShapeLike | undefined;
  /** For the first layer of a model: the sizes of an input with the batch first, null where any size will do. */
  readonly batchInputShape?: ShapeLike | undefined;
}

/** Any layer, whatever it takes. */
// biome-ignore lint/suspicious/noExplicitAny: layers of every input, result and options
export type AnyLayer = Layer<any, any, any>;

// biome-ignore lint/suspicious/noExplicitAny: constructors of every options type
type LayerClass = new (options: any) => AnyLayer;

/** The shapes of options that are tensors, by name. */
export type OptionShapes = Readonly<Record<string, Shape>>;

/**
 * The base of layers. Override `call`, and `build` to make weights; options given to `super(options)` are its config. `I` is
 * what it takes, `O` what it gives, `E` what options a call has besides `training` and `mask`.
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
export abstract class Layer<I extends Nested = Tensor, O extends Nested = Tensor, E extends object = object>
  extends Weighted
  implements Operation
{
  readonly name: string;
  readonly dtypePolicy: DTypePolicy;
  /** What the layer demands of an input that is one tensor. */
  protected inputSpec: InputSpec | undefined;
  /** Whether a mask of the input is the mask of the result, too. */
  protected supportsMasking: boolean;
  /** Whether float inputs and weights are cast to the policy's dtype. */
  protected autocast: boolean;
  readonly activityRegularizer: Regularizer | null;
  /** The shape of its inputs with the batch first, where the options tell. */
  readonly batchInputShape: ShapeLike | undefined;
  readonly #options: LayerOptions;
  readonly #nodes: SymbolicNode[] = [];
  #builtFor: unknown;
  #losses: readonly Tensor[] = [];

  constructor(options: LayerOptions = {}) {
    super(options.trainable ?? true);
    this.name = options.name ?? autoName(this.className);
    this.dtypePolicy = policyOf(options.dtype);
    this.batchInputShape = options.batchInputShape ?? (options.inputShape && [null, ...options.inputShape]);
    this.inputSpec = undefined;
    this.supportsMasking = false;
    this.autocast = options.autocast ?? true;
    this.activityRegularizer = getRegularizer(options.activityRegularizer);
    this.#options = options;
  }

  get module(): string {
    return "keras.layers";
  }
  /** Of its weights. */
  get dtype(): DType {
    return this.dtypePolicy.variableDtype;
  }
  /** Of its inputs and results. */
  get computeDtype(): DType {
    return this.dtypePolicy.computeDtype;
  }

  /** The options of a call that files may hold by position, after the input. */
  get callArguments(): readonly string[] {
    return [];
  }

  /** What the layer does. It is called with its weights made, under the layer's name. */
  abstract call(inputs: I, context: CallContext<I> & E): O;

  /**
   * Makes the weights, once the input's shape is known. Sizes may be symbols. End an override with `super.build(inputShape)`.
   * @param optionShapes of the tensors among the call's options
   */
  build(inputShape: ShapesOf<I>, _optionShapes?: OptionShapes): void {
    this.#builtFor ??= inputShape;
    this.built = true;
  }

  /**
   * Calls the layer, after building it if this is the first time. On a symbolic tensor it gives symbolic tensors.
   * @throws ShapeError where the input is not what the layer was built for
   */
  apply(inputs: I, options: CallOptions<I> & Partial<E> = {} as CallOptions<I> & Partial<E>): O {
    if (symbolicLeaves([inputs, options]).length) return this.#symbolic(inputs, options);
    return this.#within(() => {
      const x = mapTree(inputs, (t) => this.#convert(t)) as I;
      const extra = mapTree(options, (t) => (t instanceof Tensor ? this.#convert(t) : t)) as typeof options;
      if (this.inputSpec && x instanceof Tensor) checkInput(this.className, x, this.inputSpec);
      this.#buildFor(shapesOf(x), optionShapes(extra));
      const mask = (options.mask === undefined ? mapTree(inputs, maskOf) : options.mask) as MasksOf<I>;
      const { result, losses } = called(options.training, (training) => {
        const y = this.call(x, { ...extra, training, mask } as CallContext<I> & E);
        if (!(y instanceof Tensor)) expectTensors(this.className, y);
        this.#penalize(y);
        return y;
      });
      this.#losses = losses;
      setMasks(result, this.computeMask(inputs, mask));
      return result;
    });
  }
  #within<T>(fn: () => T): T {
    const path = context.path ? `${context.path}/${this.name}` : this.name;
    return within(this.name, { path, readHook: this.autocast ? autocastHook(this.dtypePolicy) : undefined }, fn);
  }
  /** Floats come in the dtype the layer computes in; all else stays what it is. */
  #convert(x: unknown): Tensor {
    if (!(x instanceof Tensor)) throw new ValueError(this.className, "a layer is applied to tensors", { hint: "Make one with tensor()." });
    if (!this.autocast || !isFloat(x.dtype)) return x;
    const y = cast(x, this.computeDtype);
    setMasks(y, maskOf(x));
    return y;
  }
  #buildFor(shapes: ShapesOf<I>, ofOptions: OptionShapes): void {
    if (this.built) return;
    suspendTrace(() => this.build(shapes, ofOptions));
    this.#builtFor ??= shapes;
    this.built = true;
  }
  /** Makes the weights unless they exist, under the layer's name: for layers that hold others. */
  buildOnce(inputShape: ShapesOf<I>, optionShapes: OptionShapes = {}): void {
    this.#within(() => this.#buildFor(inputShape, optionShapes));
  }
  #penalize(y: O): void {
    if (!this.activityRegularizer) return;
    // Over the batch's size, so that the penalty does not grow with it.
    for (const t of leaves(y) as Tensor[]) this.addLoss(div(this.activityRegularizer.apply(t), sizeOfAxes(t, [0])));
  }

  /** A call on symbolic tensors: what it would give, found by tracing. */
  #symbolic(inputs: I, options: CallOptions<I> & Partial<E>): O {
    const unknown = symbolicLeaves([inputs, options]);
    let node: SymbolicNode | undefined;
    const call = (tensors: readonly Tensor[]): O => {
      const replace = (x: unknown): unknown => tensors[unknown.indexOf(x as KerasTensor)] ?? x;
      return this.apply(mapTree(inputs, replace) as I, mapTree(options, replace) as typeof options);
    };
    const specs = unknown.map((t) => t.spec);
    return infer(this.name, specs, call, (spec) => {
      node ??= new SymbolicNode(this, inputs, options as Readonly<Record<string, unknown>>);
      return node.give(spec);
    }) as O;
  }
  /** @internal Its calls on symbolic tensors. */
  get inboundNodes(): SymbolicNode[] {
    return this.#nodes;
  }
  /** What it was first called with. @throws ValueError where it was never called on symbolic tensors */
  get input(): I {
    return this.#firstNode("input").inputs as I;
  }
  /** What its first call gave. @throws ValueError where it was never called on symbolic tensors */
  get output(): O {
    const { outputs } = this.#firstNode("output");
    return (outputs.length === 1 ? outputs[0] : outputs) as unknown as O;
  }
  /** The shapes of its output. */
  get outputShape(): ShapesOf<O> {
    return shapesOf(this.output);
  }
  #firstNode(what: string): SymbolicNode {
    const [first] = this.#nodes;
    if (!first) throw new ValueError(this.className, `"${this.name}" has no ${what} yet`, { hint: "Apply it to an input() first." });
    return first;
  }

  /** The mask of the result. Default: the input's where masking is supported. */
  computeMask(inputs: I, mask: MasksOf<I>): MasksOf<O> | null {
    return this.supportsMasking && inputs instanceof Tensor ? (mask as unknown as MasksOf<O>) : null;
  }

  /** The shape of the result for an input's shape, found by tracing the layer; builds it. */
  computeOutputShape(inputShape: I extends Tensor ? ShapeLike : ShapesOf<I>): ShapesOf<O> {
    const specs: Spec[] = [];
    const places = toShapes(inputShape, (shape) => specs.push(makeSpec(shape, this.computeDtype)) - 1);
    const call = (tensors: readonly Tensor[]): O => {
      const x = mapTree(places, (i) => tensors[i as number]) as I;
      return this.apply(x, { training: false } as CallOptions<I> & Partial<E>);
    };
    return infer(this.name, specs, call, (spec) => spec.shape) as ShapesOf<O>;
  }

  /** Adds a scalar to what training minimises, from inside `call`. */
  addLoss(loss: Tensor): void {
    collectLoss(loss);
  }
  /** What the last call added to the loss, here and in the layers inside, and the penalties of weights. */
  get losses(): readonly Tensor[] {
    return [...this.#losses, ...this.trainableWeights.flatMap((v) => regularizerOf(v)?.apply(v.value) ?? [])];
  }

  /** The layers among its properties. */
  override sublayers(): AnyLayer[] {
    return super.sublayers() as AnyLayer[];
  }

  /** The options that make this layer again, in Keras's snake_case. Default: those given to the constructor. */
  getConfig(): Config {
    const { name: _n, trainable: _t, dtype: _d, activityRegularizer: _a, inputShape: _i, batchInputShape: _b, ...others } = this.#options;
    const { autocast: _c, ...rest } = others;
    const own = Object.entries(rest as object).map(([key, value]) => [snakeCase(key), serialize(value)] as const);
    return { ...this.baseConfig(), ...Object.fromEntries(own) };
  }
  /** The part of a config that every layer has. */
  protected baseConfig(): Config {
    const penalty = this.activityRegularizer && { activity_regularizer: serialize(this.activityRegularizer) };
    return { name: this.name, trainable: this.trainable, dtype: serialize(this.dtypePolicy), ...penalty };
  }
  /** What `build` was called with, as files hold it; null where it never was. */
  getBuildConfig(): Config | null {
    return this.#builtFor === undefined ? null : { input_shape: serialize(this.#builtFor) };
  }
  /** Makes the weights a file has numbers for. */
  buildFromConfig(config: Config): void {
    const shape = config["input_shape"];
    if (shape) this.buildOnce(toShapes(shape as never, (s) => s) as ShapesOf<I>);
  }
  /**
   * Makes a layer of a config's options.
   * @param options a config with camelCase keys
   * @param revive makes what a value of the config stands for
   */
  static fromConfig(this: LayerClass, options: Readonly<Record<string, Json>>, revive: (value: Json) => unknown): AnyLayer {
    return new this(Object.fromEntries(Object.entries(options).map(([key, value]) => [key, revive(value)])));
  }
}

const optionShapes = (options: object): OptionShapes =>
  Object.fromEntries(Object.entries(options).flatMap(([key, x]) => (x instanceof Tensor && key !== "mask" ? [[key, x.dims]] : [])));
