/** Where models are read from and written to: paths where there is a file system, bytes everywhere. */
import { ValueError } from "@antler/tensor-core";
import type { AnyModel } from "../models/model.ts";
import {
  formatFor,
  type LoadedWeights,
  type LoadModelOptions,
  type LoadWeightsOptions,
  type SaveFormat,
  type WriteOptions,
} from "./format.ts";

/** Anything with bytes that come later: a Blob or File, or what `fetch` gives. */
export interface ByteSource {
  arrayBuffer(): Promise<ArrayBuffer>;
}
/** A file's path, or its bytes. */
export type FileSource = string | URL | Uint8Array | ArrayBuffer | ByteSource;

/** What is saved: all of a model, or its weights. */
export type Saved = "model" | "weights";

const abilities = { model: "saveModel", weights: "saveWeights" } as const;

/** @internal Behind `model.save` and `model.saveWeights`. */
export async function saveTo(model: AnyModel, what: Saved, path: string | URL, options: WriteOptions): Promise<void> {
  const format = formatFor(abilities[what], path);
  if (!format.write) throw noFiles(abilities[what], format);
  await format.write(path, await format[abilities[what]](model), options);
}

/** @internal Behind `model.toBytes`. */
export async function bytesOf(model: AnyModel, what: Saved, extension: string): Promise<Uint8Array<ArrayBuffer>> {
  return formatFor(abilities[what], extension)[abilities[what]](model);
}

/** @internal Behind `model.loadWeights`. */
export async function loadInto(model: AnyModel, source: FileSource, options: LoadWeightsOptions): Promise<LoadedWeights> {
  if (!model.built) {
    throw new ValueError("loadWeights", `the model "${model.name}" has no weights yet`, {
      hint: "Call build(inputShape), or apply it to data, first.",
    });
  }
  const { format, bytes } = await open("loadWeights", source, options.maxBytes);
  return format.loadWeights(model, bytes, options);
}

/**
 * The model that a file holds, with its weights; compiled, with the optimizer's state, where it was.
 * @param source a path where there is a file system; bytes, a Blob or File, or a Response of `fetch` everywhere
 * @throws FormatError where the file is damaged, or its weights are not what its config describes; ValueError for a class that is
 * neither ours nor registered, and where no format is registered
 * @example
 * const model = await loadModel("digits.keras");
 * const same = await loadModel(await fetch("/digits.keras"));
 */
export async function loadModel(source: FileSource, options: LoadModelOptions = {}): Promise<AnyModel> {
  if (options.safeMode === false) {
    throw new ValueError("loadModel", "there is no unsafe mode: code from files is never run", {
      hint: "Write the class or function yourself and give it as customObjects.",
    });
  }
  const { format, bytes } = await open("loadModel", source, options.maxBytes);
  return format.loadModel(bytes, options);
}

async function open<A extends "loadModel" | "loadWeights">(
  ability: A,
  source: FileSource,
  maxBytes: number | undefined,
): Promise<{ readonly format: SaveFormat & Required<Pick<SaveFormat, A>>; readonly bytes: Uint8Array }> {
  if (typeof source !== "string" && !(source instanceof URL)) {
    const bytes = await toBytes(source);
    return { format: formatFor(ability, bytes), bytes };
  }
  const format = formatFor(ability, source);
  if (!format.read) throw noFiles(ability, format);
  return { format, bytes: await format.read(source, { maxBytes }) };
}
const toBytes = async (source: Uint8Array | ArrayBuffer | ByteSource): Promise<Uint8Array> =>
  ArrayBuffer.isView(source) ? source : new Uint8Array("arrayBuffer" in source ? await source.arrayBuffer() : source);

const noFiles = (op: string, { name }: SaveFormat): ValueError => new ValueError(op, `the format ${name} knows no files, only bytes`);
