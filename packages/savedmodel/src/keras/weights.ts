/** `.weights.h5`: the state of a model and of all objects below it, one group each. */
import type { AnyModel, Saveable } from "@antler/keras-api/lean";
import { FormatError, type Tensor } from "@antler/tensor-core";
import { type H5Dataset, H5Group } from "../hdf5/tree.ts";
import { Plan } from "./plan.ts";
import { datasetOf } from "./values.ts";
import { type Visit, walk } from "./walk.ts";

/** The tree of a model's state as it is now, whatever training does meanwhile. */
export async function weightsTree(model: AnyModel): Promise<H5Group> {
  const visits = walk(model).map((visit) => ({ ...visit, values: visit.saveable.ownWeights.map((v) => v.value) }));
  const root = new H5Group();
  try {
    for (const { path, saveable, values } of visits) {
      const vars = root.ensure(`${path}/vars`);
      vars.attributes.set("name", saveable.name);
      const elements = await Promise.all(values.map((value) => value.data()));
      saveable.ownWeights.forEach((v, i) => void vars.children.set(String(i), datasetOf(v, elements[i]!)));
    }
  } finally {
    for (const value of visits.flatMap(({ values }): Tensor[] => values)) value.dispose();
  }
  return root;
}

export interface PlanOptions {
  /** What does not fit is left out. */
  readonly skipMismatch: boolean;
  /** Optimizers are left out where they do not fit. */
  readonly skipOptimizer: boolean;
}

/** Finds every variable of the model in a file of its state. @throws FormatError or ShapeError for the first that is missing or different */
export function planWeights(model: AnyModel, root: H5Group, { skipMismatch, skipOptimizer }: PlanOptions): Plan {
  const plan = new Plan();
  const containers: string[] = [];
  const fits = ({ path, saveable }: Visit): boolean => saveable.ownWeights.length === 0 || (varsAt(root, path)?.length ?? 0) > 0;
  const visits = walk(model, { accept: fits, container: (path) => void containers.push(path) });
  const found = new Set(visits.map(({ saveable }) => saveable));
  const missing = walk(model).filter(({ saveable }) => !found.has(saveable));

  const all = [...visits, ...missing];
  const optimizers = all.filter(({ path }) => isOptimizer(path));
  for (const { path, saveable } of optimizers) {
    const datasets = varsAt(root, path) ?? [];
    makeSlots(model, saveable, datasets.length);
    // Saved before its first step, an optimizer has only its count and its rate: slots are made, and stay zero.
    const fresh = datasets.length <= UNBUILT && datasets.length < saveable.ownWeights.length;
    plan.assign(nameOf(path), fresh ? saveable.ownWeights.slice(0, datasets.length) : saveable.ownWeights, datasets);
  }
  if (skipOptimizer) plan.skip();
  for (const { path, saveable } of all.filter(({ path }) => !isOptimizer(path))) {
    plan.assign(nameOf(path), saveable.ownWeights, varsAt(root, path) ?? []);
  }
  const known = new Set(all.map(({ path }) => path));
  for (const path of containers.flatMap((container) => strangers(root, container, known))) {
    plan.refuse(path, new FormatError("load", `the file has variables at ${path}, and the model has no such layer`));
  }
  if (skipMismatch) plan.skip();
  plan.check();
  return plan;
}

/** The step count and the learning rate. */
const UNBUILT = 2;

const isOptimizer = (path: string): boolean => /^optimizer(\/|$)/.test(path);
const nameOf = (path: string): string => (path === "" ? "vars" : `${path}/vars`);

/** An optimizer makes its slots with its first step; a file may have them earlier. */
function makeSlots(model: AnyModel, saveable: Saveable, count: number): void {
  const { optimizer } = model;
  if (saveable === optimizer && !optimizer.built && model.built && count > optimizer.ownWeights.length) {
    optimizer.build(model.trainableWeights);
  }
}

/** The variables of the object with this path; undefined where the file has no such group. */
function varsAt(root: H5Group, path: string): readonly H5Dataset[] | undefined {
  // Up to Keras 2.13 the layers of a model had another name.
  const group = root.at(nameOf(path)) ?? root.at(nameOf(path).replaceAll("layers", "_layer_checkpoint_dependencies"));
  if (!(group instanceof H5Group)) return undefined;
  return Array.from({ length: group.children.size }, (_, i) => group.dataset(String(i)));
}

/** Groups with variables that lie where the model's layers do, and are none of them. */
function strangers(root: H5Group, container: string, known: ReadonlySet<string>): readonly string[] {
  const group = root.at(container);
  if (!(group instanceof H5Group)) return [];
  const paths = [...group.children.keys()].map((name) => `${container}/${name}`);
  return paths.filter((path) => !known.has(path) && (varsAt(root, path)?.length ?? 0) > 0);
}
