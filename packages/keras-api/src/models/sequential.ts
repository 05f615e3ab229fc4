/** Sequential: one layer after the other. */
import { context, isKnown, isStatic, leaves, Tensor, ValueError, withName } from "@antler/tensor-core";
import { type AnyLayer, type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { InputLayer } from "../layers/input-layer.ts";
import type { Nested } from "../nested.ts";
import type { SavedParts } from "../saving/saveable.ts";
import { type Config, isSerialized, type Json, serialize } from "../serialization/config.ts";
import { type ShapeLike, showKerasShape, toShape } from "../shapes.ts";
import { KerasTensor } from "../symbolic/keras-tensor.ts";
import { Model } from "./model.ts";

/** A layer, or the input a model begins with. */
export type Stackable = Layer | KerasTensor;

/**
 * A model of layers, each fed by the one before. It is built as soon as it knows its input: from an input layer, from
 * `inputShape` of the first layer, from a first layer that is a model, or from the first data.
 */
export class Sequential extends Model {
  /** All layers, with the input layer if there is one. */
  readonly stack: Layer[] = [];
  /** What the last layer gives for the input. */
  #output: Tensor | undefined;

  constructor(layers: readonly Stackable[] = [], options: Pick<LayerOptions, "name" | "trainable"> = {}) {
    super(options);
    for (const layer of layers) this.#push(layer);
    this.#rebuild();
  }
  override get className(): string {
    return "Sequential";
  }

  /** The layers, without the input layer. */
  override get layers(): readonly Layer[] {
    return this.stack.filter((l) => !(l instanceof InputLayer));
  }

  /**
   * Adds a layer at the end.
   * @throws ValueError where its name is taken, or an input comes after the first place
   */
  add(layer: Stackable): void {
    this.#push(layer);
    this.#rebuild();
  }
  /** Takes the last layer away. */
  pop(): Layer | undefined {
    const layer = this.stack.pop();
    this.#rebuild();
    return layer;
  }

  #push(given: Stackable): void {
    const layer = given instanceof KerasTensor ? (given.node.operation as Layer) : given;
    if (isSerialized(layer)) throw unknownLayer(layer.class_name);
    if (!(layer instanceof Layer)) throw new ValueError("Sequential", "only layers can be added");
    if (this.stack.some((l) => l.name === layer.name)) {
      throw new ValueError("Sequential", `"${this.name}" already has a layer called "${layer.name}"`, {
        hint: "Give one of them another name.",
      });
    }
    if (layer instanceof InputLayer && this.stack.length) throw new ValueError("Sequential", "an input can only be the first layer");
    if (this.stack.length === 0 && layer.batchInputShape && !(layer instanceof InputLayer)) {
      this.stack.push(new InputLayer({ batchShape: layer.batchInputShape, dtype: layer.computeDtype }));
    }
    this.stack.push(layer);
  }
  #rebuild(): void {
    this.built = false;
    this.#output = undefined;
    const [first, second] = this.stack;
    const shape = second && inputShapeOf(first!);
    if (shape) this.build(shape);
  }

  /**
   * Makes all weights.
   * @param inputShape with the batch first; null where any size will do
   * @throws ValueError where it is not the shape of the input layer
   * @example
   * model.build([null, 784]);
   */
  override build(inputShape: ShapeLike): void {
    if (!this.layers.length) throw new ValueError("Sequential", `"${this.name}" has no layers to build`, { hint: "Add some first." });
    const [first] = this.stack;
    if (!(first instanceof InputLayer)) this.stack.unshift(new InputLayer({ batchShape: inputShape, dtype: first!.computeDtype }));
    else if (showKerasShape(first.batchShape) !== showKerasShape(inputShape) && !isStatic(toShape(inputShape))) {
      throw new ValueError(
        "Sequential",
        `"${this.name}" takes ${showKerasShape(first.batchShape)}, it cannot be built for ${showKerasShape(inputShape)}`,
      );
    }
    // Called by `apply`, the name is in the path already.
    const inside = context.path.split("/").at(-1) === this.name;
    if (inside) this.#connect();
    else withName(this.name, () => this.#connect());
    super.build(toShape(inputShape));
  }
  /** Applies the layers to the input, one after the other: each is built, and knows its shape. */
  #connect(): void {
    const [input, ...layers] = this.stack as [Layer, ...Layer[]];
    this.#output = layers.reduce((y, layer) => layer.apply(y), input.output);
  }
  override buildForBatch(x: Nested): void {
    if (!this.built) this.build([null, ...(leaves(x)[0] as Tensor).shape.slice(1)]);
  }
  override get inputs(): readonly Tensor[] {
    return [this.input];
  }
  override get outputs(): readonly Tensor[] {
    return [this.output];
  }
  /** The symbolic tensor it takes. @throws ValueError before it is built */
  override get input(): Tensor {
    return this.#built("input") && this.stack[0]!.output;
  }
  /** The symbolic tensor it gives. @throws ValueError before it is built */
  override get output(): Tensor {
    return this.#built("output");
  }
  #built(what: string): Tensor {
    if (this.#output) return this.#output;
    throw new ValueError("Sequential", `"${this.name}" has no ${what} yet`, { hint: "Build it, or let it begin with an input()." });
  }

  override call(x: Tensor, { training, mask }: CallContext): Tensor {
    const [first, ...rest] = this.layers as readonly [Layer, ...Layer[]];
    return rest.reduce((y, layer) => layer.apply(y, { training }), first.apply(x, { training, mask }));
  }
  override sublayers(): AnyLayer[] {
    return [...new Set([...this.layers, ...super.sublayers()])];
  }

  override savedParts(): SavedParts {
    const { stack: _, ...own } = super.savedParts();
    return { layers: this.layers, ...own };
  }

  static override fromConfig(options: Readonly<Record<string, Json>>, revive: (value: Json) => unknown): AnyLayer {
    const { layers, buildInputShape, ...own } = options;
    const made = new Sequential(revive(layers!) as Layer[], own);
    if (buildInputShape && !made.built) made.build(buildInputShape as ShapeLike);
    return made as AnyLayer;
  }
  override getConfig(): Config {
    const shape = this.built ? (this.stack[0] as InputLayer).batchShape.map((d) => (typeof d === "number" ? d : null)) : undefined;
    return { ...this.baseConfig(), layers: this.stack.map(serialize), ...(shape && { build_input_shape: shape }) };
  }
}

/** What a first layer says of its input: an input layer, or a model that knows what it takes. */
function inputShapeOf(first: Layer): ShapeLike | undefined {
  if (first instanceof InputLayer) return first.batchShape;
  const input = first instanceof Sequential ? first.built && first.input : first instanceof Model && first.ends.inputs;
  return input instanceof Tensor ? input.dims.map((d) => (isKnown(d) ? d : null)) : undefined;
}

const unknownLayer = (className: string): ValueError =>
  new ValueError("Sequential", `no layer is called "${className}"`, { hint: "Make your own known with registerKerasSerializable()." });

/**
 * A model of layers, each fed by the one before.
 * @example
 * const model = sequential([
 *   layers.dense({ units: 100, activation: "relu", inputShape: [784] }),
 *   layers.dense({ units: 10, activation: "softmax" }),
 * ]);
 */
/* @__NO_SIDE_EFFECTS__ */
export const sequential = (layers?: readonly Stackable[], options?: Pick<LayerOptions, "name" | "trainable">): Sequential =>
  new Sequential(layers, options);
