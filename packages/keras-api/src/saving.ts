/** Saving and loading: formats are registered by packages that know them, and found by the ending of a path. */
import { ValueError } from "@antler/tensor-core";
import type { AnyModel } from "./models/model.ts";
import type { CustomObjects } from "./serialization/registry.ts";

export interface SaveOptions {
  /** Whether a file that exists is replaced. Default true. */
  readonly overwrite?: boolean | undefined;
}
export interface LoadOptions {
  /** Your own classes and functions by their bare names, besides the registered ones. */
  readonly customObjects?: CustomObjects | undefined;
  /** Whether the model is compiled as it was when it was saved. Default true. */
  readonly compile?: boolean | undefined;
}

/** A kind of file. What it cannot do is left out. */
export interface SaveFormat {
  /** As errors call it. */
  readonly name: string;
  /** The endings of its paths, such as `.keras`. Of several formats the longest ending decides. */
  readonly extensions: readonly string[];
  /** The whole model: layers, weights, and how it was compiled. */
  save?(model: AnyModel, path: string, options: SaveOptions): Promise<void>;
  load?(path: string, options: LoadOptions): Promise<AnyModel>;
  /** Weights and random state, and of a compiled model the optimizer's state. Whole or not at all. */
  saveWeights?(model: AnyModel, path: string, options: SaveOptions): Promise<void>;
  loadWeights?(model: AnyModel, path: string): Promise<void>;
}

/** What a format may be able to do. */
export type SaveAbility = "save" | "load" | "saveWeights" | "loadWeights";

const formats: SaveFormat[] = [];

/** Makes a format known; of several for the same ending the last counts. */
export function registerSaveFormat(format: SaveFormat): void {
  formats.unshift(format);
}

/**
 * The format of a path that can do what is wanted.
 * @throws ValueError where none can, saying what to import or which endings are known
 */
export function formatOf<A extends SaveAbility>(path: string, ability: A): SaveFormat & Required<Pick<SaveFormat, A>> {
  const able = formats.filter((f) => f[ability]);
  const endings = able.flatMap((format) => format.extensions.map((extension) => ({ format, extension })));
  const [found] = endings.filter(({ extension }) => path.endsWith(extension)).sort((a, b) => b.extension.length - a.extension.length);
  if (found) return found.format as SaveFormat & Required<Pick<SaveFormat, A>>;
  const hint = endings.length
    ? `Known endings are ${[...new Set(endings.map((e) => e.extension))].join(", ")}.`
    : 'Write import "@antler/savedmodel/keras", which knows Keras\'s formats.';
  throw new ValueError(ability, `no format is registered for "${path}"`, { hint });
}

/**
 * A model from a file, compiled as it was.
 * @throws ValueError where no format is registered for the path's ending
 * @example
 * const model = await loadModel("digits.keras");
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<AnyModel> {
  return formatOf(path, "load").load(path, options);
}
