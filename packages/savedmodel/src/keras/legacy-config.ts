/** Configs of Keras 1 and 2, in the form of Keras 3: where classes are found, and calls as arguments. */
import type { Config, Json, Serialized } from "@antler/keras-api/lean";
import { error } from "./config.ts";

interface Legacy {
  readonly class_name: string;
  readonly config: Json;
  readonly name?: string;
  readonly inbound_nodes?: readonly Json[];
  readonly module?: string;
}
const isRecord = (value: unknown): value is Config => typeof value === "object" && value !== null && !Array.isArray(value);
const isLegacy = (value: unknown): value is Legacy =>
  isRecord(value) && typeof value["class_name"] === "string" && value["config"] !== undefined;

/** A model's config as `.h5` files hold it. */
export function modernModel(config: Json): Serialized {
  if (!isLegacy(config)) throw error("model_config describes no model");
  return modernLayer(config);
}

const modelClass = /^(Functional|Model)$/;

function modernLayer(layer: Legacy): Serialized {
  const { class_name, config } = layer;
  const [, registered] = /^[^>]+>(.+)$/.exec(class_name) ?? [];
  const isFunctional = modelClass.test(class_name) && isRecord(config) && config["input_layers"] !== undefined;
  return {
    module: registered ? null : isFunctional ? "keras.src.models.functional" : moduleOf(layer),
    class_name: registered ?? (isFunctional ? "Functional" : class_name),
    config: isFunctional ? functionalConfig(config) : layerConfig(class_name, config),
    registered_name: registered ? class_name : null,
    ...(layer.name !== undefined && { name: layer.name }),
  };
}
/** Ops between layers have a call, and no `trainable`: all layers do. */
function moduleOf({ class_name, config, inbound_nodes = [] }: Legacy): string {
  if (class_name === "Sequential") return "keras";
  const isOp = isRecord(config) && config["trainable"] === undefined && inbound_nodes.some(isRecord);
  return isOp ? "keras.src.ops.numpy" : "keras.layers";
}

/** The options of a layer or of a Sequential model; the oldest files have only a list of layers for that. */
function layerConfig(className: string, config: Json): Json {
  if (Array.isArray(config)) return { layers: config.map(modernPart) };
  if (!isRecord(config)) return config;
  const { batch_input_shape, axis, ...rest } = config;
  const shape = batch_input_shape && { [className === "InputLayer" ? "batch_shape" : "batch_input_shape"]: batch_input_shape };
  const own = Object.entries(rest).map(([key, value]) => [key, holdsLayers.test(key) ? modernPart(value) : value]);
  const one = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  return { ...Object.fromEntries(own), ...shape, ...(axis !== undefined && { axis: one }) } as Json;
}
const holdsLayers = /^(layers?|(forward_|backward_)?layer|cells?)$/;
function modernPart(value: Json): Json {
  if (Array.isArray(value)) return value.map(modernPart);
  return isLegacy(value) && value.module === undefined ? (modernLayer(value) as unknown as Json) : value;
}

/** Which call of a layer gives which tensor: `[layer, call, output]`. */
type Place = readonly [string, number, number];
const isPlace = (x: unknown): x is Place & Json =>
  Array.isArray(x) && x.length >= 3 && typeof x[0] === "string" && typeof x[1] === "number" && typeof x[2] === "number";

function functionalConfig(config: Config): Json {
  const layers = (config["layers"] ?? []) as unknown as readonly Legacy[];
  const made = layers.map((layer) => ({ layer, modern: modernLayer(layer) }));
  const first = firstCalls(layers);
  const nodesOf = ({ inbound_nodes = [] }: Legacy): Json => inbound_nodes.map((node) => modernNode(node, first));
  const isFunctional = new Map(made.map(({ layer, modern }) => [layer.name, modern.class_name === "Functional"]));
  const isOld = layers.some(({ inbound_nodes = [] }) => inbound_nodes.some(Array.isArray));
  // Of outputs, calls of a functional model are counted from 1.
  const end = ([name, call, output]: Place): Json => [name, call - (first.get(name) ?? 0) + (isFunctional.get(name) ? 1 : 0), output];
  const ends = (value: Json | undefined): Json => (value === undefined ? null : isOld ? mapPlaces(only(value), end) : value);
  return {
    ...config,
    layers: made.map(({ layer, modern }) => ({ ...modern, inbound_nodes: nodesOf(layer) }) as unknown as Json),
    input_layers: ends(config["input_layers"]),
    output_layers: ends(config["output_layers"]),
  };
}

/** An only input or output is in a list, and yet taken and given by itself. */
const only = (places: Json): Json => (Array.isArray(places) && places.length === 1 ? (places[0] as Json) : places);

/** Models that begin with an input have a call of their own in old files, so that the first one others make is number 1. */
function firstCalls(layers: readonly Legacy[]): ReadonlyMap<string, number> {
  const models = new Set(layers.filter(({ class_name }) => /^(Functional|Model|Sequential)$/.test(class_name)).map(({ name }) => name));
  const first = new Map<string, number>();
  const look = (value: Json): void => {
    if (isPlace(value)) {
      if (models.has(value[0])) first.set(value[0], Math.min(first.get(value[0]) ?? value[1], value[1]));
    } else if (Array.isArray(value)) value.forEach(look);
  };
  for (const { inbound_nodes = [] } of layers) for (const node of inbound_nodes) look(node);
  return first;
}

function mapPlaces(value: Json, fn: (place: Place) => Json): Json {
  if (isPlace(value)) return fn(value);
  if (Array.isArray(value)) return value.map((x) => mapPlaces(x, fn));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, x]) => [key, mapPlaces(x, fn)])) : value;
}

/** A call: old files list the tensors it takes, the last with the options of the call behind its place. */
function modernNode(node: Json, first: ReadonlyMap<string, number>): Json {
  if (!Array.isArray(node)) return node;
  const tensor = ([name, call, output]: Place): Json => ({
    class_name: "__keras_tensor__",
    config: { keras_history: [name, call - (first.get(name) ?? 0), output] },
  });
  const places = (isPlace(node) ? [node] : node).filter(isPlace) as unknown as readonly (readonly Json[])[];
  const tensors = places.map((place) => tensor(place as unknown as Place));
  const options = places.map((place) => place[3]).filter(isRecord);
  const kwargs = Object.assign({}, ...options.map((o) => mapPlaces(o, tensor))) as Config;
  return { args: [tensors.length === 1 ? tensors[0]! : tensors], kwargs };
}

/** What `compile` was given, from `training_config`. */
export function modernCompileConfig(training: Json): Config {
  if (!isRecord(training)) throw error("training_config describes no training");
  const { optimizer_config, metrics, weighted_metrics, ...rest } = training;
  const { sample_weight_mode: _, ...own } = rest;
  const optimizer = isLegacy(optimizer_config) ? modernOptimizer(optimizer_config) : null;
  return { ...own, optimizer, metrics: modernMetrics(metrics), weighted_metrics: modernMetrics(weighted_metrics) };
}
function modernOptimizer({ class_name, config }: Legacy): Json {
  const [, registered] = /^[^>]+>(.+)$/.exec(class_name) ?? [];
  return {
    module: registered ? null : "keras.optimizers",
    class_name: registered ?? class_name,
    config,
    registered_name: registered ? class_name : null,
  };
}
/** Keras 2 wraps the functions that names stand for, and puts the metrics of an only output in a list of their own. */
function modernMetrics(metrics: Json | undefined): Json {
  if (!Array.isArray(metrics)) return metrics ?? null;
  const plain = metrics.length === 1 && Array.isArray(metrics[0]) ? (metrics[0] as readonly Json[]) : (metrics as readonly Json[]);
  return plain.map((metric) => {
    const fn = isLegacy(metric) && metric.class_name === "MeanMetricWrapper" && isRecord(metric.config) ? metric.config["fn"] : undefined;
    return typeof fn === "string" ? fn : metric;
  });
}
