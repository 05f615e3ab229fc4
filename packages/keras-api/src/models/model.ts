/** Model: a layer that can be trained. */
import { type Tensor, ValueError } from "@antler/tensor-core";
import { summaryOf } from "../extras.ts";
import { printLine } from "../host.ts";
import { type AnyLayer, Layer } from "../layer.ts";
import type { Nested } from "../nested.ts";
import { bytesOf, type FileSource, loadInto, saveTo } from "../saving/files.ts";
import type { LoadedWeights, LoadWeightsOptions, WriteOptions } from "../saving/format.ts";
import { inPythonOrder, type SavedParts } from "../saving/saveable.ts";
import { type Config, serializeObject } from "../serialization/config.ts";
import type { Operation, SymbolicNode } from "../symbolic/keras-tensor.ts";
import type { SummaryOptions } from "./summary.ts";
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
   * Writes the model to a file, with its weights, and with how it was compiled and the optimizer's state if it was. Needs a file
   * system, and a format: `import "@antler/savedmodel/keras"`.
   * @param path ends in `.keras`
   * @throws ValueError where no format is registered, or the file exists and `overwrite` is false
   * @example
   * await model.save("digits.keras");
   */
  save(path: string | URL, options: WriteOptions = {}): Promise<void> {
    return saveTo(this as AnyModel, "model", path, options);
  }
  /**
   * Writes the weights to a file, and the optimizer's state.
   * @param path ends in `.weights.h5`
   * @example
   * await model.saveWeights("digits.weights.h5");
   */
  saveWeights(path: string | URL, options: WriteOptions = {}): Promise<void> {
    return saveTo(this as AnyModel, "weights", path, options);
  }
  /**
   * The bytes of a file, where there is no file system: of the model, or of its weights.
   * @param options.format default ".keras" for a model, ".weights.h5" for weights
   * @example
   * const file = new Blob([await model.toBytes()]);
   */
  toBytes(options: { readonly of?: "model" | "weights"; readonly format?: string } = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { of = "model", format = of === "model" ? ".keras" : ".weights.h5" } = options;
    return bytesOf(this as AnyModel, of, format);
  }
  /**
   * Sets the weights to those of a file, and the optimizer's state where it fits. Nothing is changed before everything is checked.
   * @param source a path, or bytes, a Blob or a Response: a `.weights.h5`, `.keras` or legacy `.h5` file
   * @returns what was left out
   * @throws FormatError where the file is damaged, or has no weights or others for a layer; ShapeError where a shape differs
   * @example
   * await model.loadWeights("digits.weights.h5");
   */
  loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<LoadedWeights> {
    return loadInto(this as AnyModel, source, options);
  }
  override savedParts(): SavedParts {
    return inPythonOrder({ ...super.savedParts(), layers: this.layers, optimizer: this.optimizer });
  }
  /** Makes the weights a file has numbers for: as `build` does or, without one, by a call on symbolic tensors. */
  override buildFromConfig(config: Config): void {
    const shape = config["input_shape"];
    const hasBuild = this.build !== Layer.prototype.build;
    if (shape && !hasBuild) this.computeOutputShape(shape as never);
    else super.buildFromConfig(config);
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
