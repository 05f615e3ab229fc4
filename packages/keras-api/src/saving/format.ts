/** The registry of file formats: models know how to be saved only once a package has said so. */
import { FormatError, ValueError } from "@antler/tensor-core";
import type { AnyModel } from "../models/model.ts";
import type { CustomObjects } from "../serialization/registry.ts";

export interface LoadModelOptions {
  /** Your own classes and functions by their bare names, besides the registered ones. */
  readonly customObjects?: CustomObjects | undefined;
  /** Whether to compile the model as it was, with the optimizer's state. Default true. */
  readonly compile?: boolean | undefined;
  /** Code from files is never run; `false` is a ValueError. Default true. */
  readonly safeMode?: boolean | undefined;
  /** The most bytes the file may take, also unpacked. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
}
export interface LoadWeightsOptions {
  /** Leaves out what the file does not have, or has in another shape, instead of throwing. Default false. */
  readonly skipMismatch?: boolean | undefined;
  /** Finds layers by their names, not by their order; legacy `.h5` files only. Default false. */
  readonly byName?: boolean | undefined;
  /** The most bytes the file may take, also unpacked. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
}
export interface LoadedWeights {
  /** Paths in the file, or of the model, that were left out. */
  readonly skipped: readonly string[];
}
export interface WriteOptions {
  /** Whether a file that exists is replaced; else it is a ValueError. Default true. */
  readonly overwrite?: boolean | undefined;
}

type Later<T> = T | Promise<T>;

/** A format of files. It has what it can do. */
export interface SaveFormat {
  /** What errors call it. */
  readonly name: string;
  /** Ends of file names, such as ".keras"; of several that fit, the longest counts. */
  readonly extensions: readonly string[];
  /** Whether bytes without a name may be of this format. */
  recognizes?(bytes: Uint8Array): boolean;
  saveModel?(model: AnyModel): Later<Uint8Array<ArrayBuffer>>;
  loadModel?(bytes: Uint8Array, options: LoadModelOptions): Later<AnyModel>;
  saveWeights?(model: AnyModel): Later<Uint8Array<ArrayBuffer>>;
  /** Checks everything before it changes anything. */
  loadWeights?(model: AnyModel, bytes: Uint8Array, options: LoadWeightsOptions): Later<LoadedWeights>;
  /** Puts a file in place, whole or not at all; where there is a file system. */
  write?(path: string | URL, bytes: Uint8Array, options: WriteOptions): Promise<void>;
  read?(path: string | URL, options: { readonly maxBytes?: number | undefined }): Promise<Uint8Array>;
}
type Ability = "saveModel" | "loadModel" | "saveWeights" | "loadWeights";
type Able<A extends keyof SaveFormat> = SaveFormat & Required<Pick<SaveFormat, A>>;

const formats = new Map<string, SaveFormat>();

/**
 * Makes a format known to `model.save`, `loadModel` and the like. One of the same name takes the place of the earlier one.
 * @example
 * registerSaveFormat({ name: "JSON", extensions: [".json"], saveModel: (model) => new TextEncoder().encode(model.toJson()) });
 */
export function registerSaveFormat(format: SaveFormat): void {
  formats.set(format.name, format);
}

/** The format that a file's name, or its first bytes, stand for. @throws ValueError where there is none that can do it */
export function formatFor<A extends Ability>(ability: A, source: string | URL | Uint8Array): Able<A> {
  if (formats.size === 0) {
    throw new ValueError(ability, "no file format is registered", {
      hint: 'Install @antler/savedmodel and write import "@antler/savedmodel/keras".',
    });
  }
  const able = [...formats.values()].filter((f): f is Able<A> => f[ability] !== undefined);
  const found = ArrayBuffer.isView(source) ? able.find((f) => f.recognizes?.(source)) : byExtension(able, String(source));
  if (found) return found;
  const hint = `Known are ${able.flatMap((f) => f.extensions.map((e) => `${e} (${f.name})`)).join(", ")}.`;
  if (ArrayBuffer.isView(source)) throw new FormatError(ability, "the bytes are of no format that can be read here", { hint });
  throw new ValueError(ability, `"${String(source)}" does not end in the name of a format that can do this`, { hint });
}

function byExtension<A extends Ability>(able: readonly Able<A>[], path: string): Able<A> | undefined {
  const ends = able.flatMap((format) => format.extensions.map((extension) => ({ format, extension })));
  const fitting = ends.filter(({ extension }) => path.endsWith(extension));
  return fitting.sort((a, b) => b.extension.length - a.extension.length)[0]?.format;
}
