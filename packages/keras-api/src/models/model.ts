/** Model: a layer that can be trained. */
import { type Tensor, ValueError } from "@antler/tensor-core";
import { printLine } from "../host.ts";
import type { AnyLayer } from "../layer.ts";
import type { Nested } from "../nested.ts";
import { formatOf, type SaveOptions } from "../saving.ts";
import { serializeObject } from "../serialization/config.ts";
import type { Operation, SymbolicNode } from "../symbolic/keras-tensor.ts";
import { type SummaryOptions, summaryOf } from "./summary.ts";
import { Trainer } from "./trainer.ts";

/**
 * The base of models. Subclass it as a layer, with other layers as properties; `sequential` makes one of a list of layers.
 * @example
 * class Classifier extends Model {
 *   readonly hidden = layers.dense({ units: 100, activation: "relu" });
 *   readonly classes = layers.dense({ units: 10, activation: "softmax" });
 *   override call(x: Tensor) {
 *     return this.classes.apply(this.hidden.apply(x));
 *   }
 * }
 */
export abstract class Model<I extends Nested = Tensor, O extends Nested = Tensor> extends Trainer<I, O> {
  override get className(): string {
    return this.constructor.name;
  }
  override get module(): string {
    return "keras";
  }

  /** The layers, in order. */
  get layers(): readonly AnyLayer[] {
    return this.sublayers();
  }
  /** The layers, and the ops between them. */
  get operations(): readonly Operation[] {
    return this.layers;
  }
  /** @internal The calls the model is made of, where layers branch or are shared. */
  get calls(): ReadonlySet<SymbolicNode> | undefined {
    return undefined;
  }
  /**
   * A layer by its name or place.
   * @throws ValueError where there is none
   * @example
   * model.getLayer({ name: "dense_1" });
   */
  getLayer({ name, index }: { readonly name?: string; readonly index?: number }): AnyLayer {
    const found = index === undefined ? this.layers.find((l) => l.name === name) : this.layers.at(index);
    if (found) return found;
    const hint = `Its layers are ${this.layers.map((l) => l.name).join(", ")}.`;
    throw new ValueError("getLayer", `"${this.name}" has no layer ${index === undefined ? `called "${name}"` : `at ${index}`}`, { hint });
  }
  /** The symbolic tensors it takes. */
  get inputs(): Nested {
    return this.input;
  }
  /** The symbolic tensors it gives. */
  get outputs(): Nested {
    return this.output;
  }

  /**
   * The model as Keras's JSON: its layers and their options, without weights.
   * @example
   * const copy = modelFromJSON(model.toJson());
   */
  toJson(): string {
    return JSON.stringify(serializeObject(this));
  }
  /**
   * Writes the whole model to a file: layers, weights, and how it was compiled. The path's ending says in which format.
   * @throws ValueError where no format is registered for it
   * @example
   * await model.save("digits.keras");
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    await formatOf(path, "save").save(this as AnyModel, path, options);
  }
  /** Writes weights and random state to a file, and of a compiled model the optimizer's state. @throws ValueError as `save` */
  async saveWeights(path: string, options: SaveOptions = {}): Promise<void> {
    await formatOf(path, "saveWeights").saveWeights(this as AnyModel, path, options);
  }
  /** Reads what `saveWeights` wrote. @throws ValueError as `save` */
  async loadWeights(path: string): Promise<void> {
    await formatOf(path, "loadWeights").loadWeights(this as AnyModel, path);
  }

  /**
   * Prints the layers with their shapes and numbers of weights, as Keras does.
   * @example
   * model.summary();
   */
  summary({ printFn = printLine, ...options }: SummaryOptions & { readonly printFn?: (text: string) => void } = {}): void {
    printFn(summaryOf(this, options));
  }
}

/** Any model, whatever it takes. */
// biome-ignore lint/suspicious/noExplicitAny: models of every input and result
export type AnyModel = Model<any, any>;
