/** Legacy `.h5`: whole models and weights as Keras 1 and 2 wrote them, and Keras 3 still does on demand. */
import type { AnyLayer, AnyModel, LoadedWeights, LoadModelOptions, LoadWeightsOptions } from "@antler/keras-api/lean";
import { FormatError, type Variable } from "@antler/tensor-core";
import { type H5Dataset, H5Group } from "../hdf5/tree.ts";
import { error, modelOf, parseJson } from "./config.ts";
import { modernCompileConfig, modernModel } from "./legacy-config.ts";
import { Plan } from "./plan.ts";

/** Whether a tree is of this format, and not one of Keras 3's states. */
export const isLegacy = (root: H5Group): boolean =>
  root.attributes.has("model_config") || hasNames(root) || root.at("model_weights") !== undefined;
const hasNames = ({ attributes }: H5Group): boolean => attributes.has("layer_names") || attributes.has("layer_names0");

export function loadLegacyModel(root: H5Group, options: LoadModelOptions): AnyModel {
  const { compile = true } = options;
  const config = modernModel(parseJson(textOf(root, "model_config"), "model_config") as never);
  const training = compile && root.attributes.has("training_config") ? parseJson(textOf(root, "training_config"), "training_config") : null;
  const compileConfig = training ? { compile_config: modernCompileConfig(training as never) } : {};
  const model = modelOf({ ...config, ...compileConfig }, root, options);
  const plan = new Plan();
  planByOrder(plan, root.group("model_weights"), model);
  plan.check();
  planOptimizer(plan, root, model);
  plan.skip();
  plan.run();
  return model;
}

export function loadLegacyWeights(
  model: AnyModel,
  root: H5Group,
  { skipMismatch = false, byName = false }: LoadWeightsOptions,
): LoadedWeights {
  const group = hasNames(root) ? root : root.group("model_weights");
  const plan = new Plan();
  if (byName) planByName(plan, group, model);
  else planByOrder(plan, group, model);
  if (skipMismatch) plan.skip();
  plan.run();
  return { skipped: plan.skipped };
}

/** The k-th layer with weights has those of the k-th in the file. */
function planByOrder(plan: Plan, group: H5Group, model: AnyModel): void {
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  const saved = listOf(group, "layer_names").filter((name) => listOf(group.group(name), "weight_names").length > 0);
  if (layers.length !== saved.length) {
    const hint = `In the model these are ${layers.map(({ name }) => name).join(", ")}; in the file ${saved.join(", ")}.`;
    throw new FormatError("load", `the file has weights for ${saved.length} layers, and the model has ${layers.length} with weights`, {
      hint,
    });
  }
  layers.forEach((layer, k) => void plan.assign(saved[k]!, weightsOf(layer), datasetsIn(group.group(saved[k]!))));
  planOwn(plan, group, model);
}

/** Layers of other names are left alone. */
function planByName(plan: Plan, group: H5Group, model: AnyModel): void {
  for (const name of listOf(group, "layer_names")) {
    for (const layer of model.layers.filter((l) => l.name === name)) plan.assign(name, weightsOf(layer), datasetsIn(group.group(name)));
  }
  planOwn(plan, group, model);
}

const TOP = "top_level_model_weights";
function planOwn(plan: Plan, group: H5Group, model: AnyModel): void {
  if (group.at(TOP)) plan.assign(TOP, model.ownWeights, datasetsIn(group.group(TOP)));
}

/** Only Keras 3 keeps the optimizer's variables in an order like ours; another's state begins anew, as it does in Keras. */
function planOptimizer(plan: Plan, root: H5Group, { optimizer, built, trainableWeights }: AnyModel): void {
  const group = root.at("optimizer_weights");
  if (!optimizer || !(group instanceof H5Group) || !/^3\./.test(textOf(root, "keras_version"))) return;
  if (!optimizer.built && built) optimizer.build(trainableWeights);
  plan.assign("optimizer_weights", optimizer.variables, datasetsIn(group));
}

/** Those that training changes first, also of the layers inside. */
const weightsOf = (layer: AnyLayer): readonly Variable[] => [...layer.trainableWeights, ...layer.nonTrainableWeights];

const datasetsIn = (group: H5Group): readonly H5Dataset[] => listOf(group, "weight_names").map((name) => group.dataset(name));

/** A list of names; long ones are split into `name0`, `name1`, … */
function listOf({ attributes }: H5Group, name: string): readonly string[] {
  if (attributes.has(name)) return texts(attributes.get(name));
  const all: string[] = [];
  for (let i = 0; attributes.has(`${name}${i}`); i++) all.push(...texts(attributes.get(`${name}${i}`)));
  return all;
}
/** An empty list has the type of its missing elements. */
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);

function textOf({ attributes }: H5Group, name: string): string {
  const value = attributes.get(name);
  if (typeof value === "string") return value;
  throw error(`the file has no ${name}: it holds weights alone, or another program's data`);
}
