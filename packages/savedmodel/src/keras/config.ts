/** A model's config: read from JSON that anyone may have written, and a model made of it. */
import { type AnyModel, type CustomObjects, deserializeLayer, Model, type Serialized, withWeightBudget } from "@antler/keras-api/lean";
import { AntlerError, FormatError } from "@antler/tensor-core";
import { decodeText } from "../bytes.ts";
import { H5Dataset, type H5Group } from "../hdf5/tree.ts";

/** The options of `loadModel` that decide what is made. */
export interface ModelOptions {
  readonly customObjects?: CustomObjects | undefined;
  readonly compile?: boolean | undefined;
}

export const error = (problem: string): FormatError => new FormatError("loadModel", problem);

/** What JSON says. @throws FormatError where it is none */
export function parseJson(source: string | Uint8Array, what: string): unknown {
  const text = typeof source === "string" ? source : decodeText(source, error);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw error(`${what} is no JSON: ${(cause as Error).message}`);
  }
}

/** An element in the file can become one of eight bytes at most; the rest is for small things that files leave out. */
const ELEMENT_BYTES = 8;
const SPARE_BYTES = 2 ** 20;

/**
 * The model of a config, its weights made but not yet loaded.
 * @param weights the tree of the file: layers that ask for more than it holds are refused before they take memory
 */
export function modelOf(config: unknown, weights: H5Group, { customObjects, compile = true }: ModelOptions): AnyModel {
  refuseCode(config, customObjects);
  const budget = ELEMENT_BYTES * elementsIn(weights) + SPARE_BYTES;
  const wanted = withoutCompiling(config, compile) as Serialized;
  const model = typed(() => withWeightBudget(budget, () => deserializeLayer(wanted, { customObjects })));
  if (!(model instanceof Model)) throw error(`the config describes a ${model.className}, which is no model`);
  const { compile_config } = wanted;
  if (compile_config && !model.optimizer) typed(() => compileLater(model, compile_config));
  return model as AnyModel;
}

/** A model compiles itself where it can. */
function compileLater(model: AnyModel, config: object): void {
  (model as { compileFromConfig?(config: object): void }).compileFromConfig?.(config);
}

/** Configs are made from without looking at every value first: what breaks on the way is the file's fault. */
function typed<T>(fn: () => T): T {
  try {
    return fn();
  } catch (cause) {
    if (cause instanceof AntlerError) throw cause;
    const problem = error(`the config describes no model that can be made: ${(cause as Error).message}`);
    problem.cause = cause;
    throw problem;
  }
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** Lambda layers and functions hold Python's bytecode. */
function refuseCode(config: unknown, customObjects: Json = {}): void {
  for (const object of objectsIn(config)) {
    const name = object["class_name"];
    const isCode = name === "__lambda__" || (name === "Lambda" && !Object.hasOwn(customObjects, "Lambda"));
    if (!isCode) continue;
    const owner = object["config"];
    const called = isRecord(owner) && typeof owner["name"] === "string" ? ` ("${owner["name"]}")` : "";
    throw new FormatError("loadModel", `the model holds Python code in a ${String(name)}${called}, which is never run`, {
      hint: "Write a layer of your own, register it with registerKerasSerializable(), and save the model with it.",
    });
  }
}

/** Every record in a config, those outside first; without recursion, since files may nest as deep as they like. */
function* objectsIn(config: unknown): Generator<Json> {
  const waiting: unknown[] = [config];
  while (waiting.length) {
    const next = waiting.pop();
    if (isRecord(next)) yield next;
    if (typeof next === "object" && next !== null) for (const value of Object.values(next)) waiting.push(value);
  }
}

/** Keras writes `{}` for a model that was never compiled. */
function withoutCompiling(config: unknown, compile: boolean): unknown {
  if (!compile) for (const object of objectsIn(config)) delete (object as Record<string, unknown>)["compile_config"];
  for (const object of objectsIn(config)) {
    const given = object["compile_config"];
    if (isRecord(given) && Object.keys(given).length === 0) delete (object as Record<string, unknown>)["compile_config"];
  }
  return config;
}

function elementsIn(group: H5Group): number {
  let count = 0;
  for (const child of group.children.values()) {
    count += child instanceof H5Dataset ? child.shape.reduce((product, dim) => product * dim, 1) : elementsIn(child);
  }
  return count;
}
