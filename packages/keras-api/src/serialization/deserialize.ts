/** Layers and models made from Keras's JSON: only ours, and what was registered. */
import { FormatError } from "@antler/tensor-core";
import { type AnyLayer, Layer } from "../layer.ts";
import * as members from "../layers/members.ts";
import { type AnyModel, Model } from "../models/model.ts";
import { isSerialized, type Json, optionsOf, type Serialized, serializeObject } from "./config.ts";
import { classOf, type Family } from "./family.ts";
import { type CustomObjects, registered, withCustomObjects } from "./registry.ts";

const family: Family<AnyLayer> = { kind: "layer", base: Layer, members: () => members };

export interface DeserializeOptions {
  /** Your own classes and functions by their bare names, besides the registered ones. */
  readonly customObjects?: CustomObjects | undefined;
}

/**
 * A layer's or model's class and config, as Keras's files hold them.
 * @example
 * JSON.stringify(serializeLayer(layers.dense({ units: 3 })));
 */
export const serializeLayer = (layer: AnyLayer): Serialized => serializeObject(layer);

/**
 * The layer or model that Keras's JSON describes, with its layers; its weights are drawn anew where their shapes are known.
 * @throws ValueError for classes that are neither ours nor registered; FormatError where the JSON describes no layer
 * @example
 * const copy = deserializeLayer(serializeLayer(layers.dense({ units: 3 })));
 */
export function deserializeLayer(config: Serialized, { customObjects }: DeserializeOptions = {}): AnyLayer {
  if (!isSerialized(config)) throw new FormatError("deserialize", "expected a layer's config, with class_name and config");
  return withCustomObjects(customObjects, () => made(config));
}

/** The model Keras's `to_json` describes. @example modelFromJSON(model.toJson()) */
export function modelFromJSON(json: string, options: DeserializeOptions = {}): AnyModel {
  const model = deserializeLayer(parsed(json), options);
  if (!(model instanceof Model)) throw new FormatError("modelFromJSON", `"${model.className}" is no model`);
  return model;
}

function parsed(json: string): Serialized {
  try {
    return JSON.parse(json) as Serialized;
  } catch (e) {
    throw new FormatError("modelFromJSON", `this is no JSON: ${(e as Error).message}`);
  }
}

function made(config: Serialized): AnyLayer {
  const layer = classOf(family, config).fromConfig!(optionsOf(config.config), revive);
  const { build_config, compile_config } = config;
  if (build_config && !layer.built) layer.buildFromConfig(build_config);
  if (compile_config?.["optimizer"] && layer instanceof Model) layer.compileFromConfig(compile_config);
  return layer;
}

/** Layers inside of a config become layers; all else is what a layer's own options take. */
function revive(value: Json): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (!isSerialized(value)) return value;
  return isLayer(value) ? made(value) : value;
}
function isLayer({ module, class_name, registered_name }: Serialized): boolean {
  const own = registered(registered_name, class_name);
  if (own) return own.prototype instanceof Layer;
  return (
    module === "keras.layers" || module === "keras.src.models.functional" || (module === "keras" && /^(Sequential|Model)$/.test(class_name))
  );
}
