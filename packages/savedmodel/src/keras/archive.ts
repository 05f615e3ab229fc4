/** `.keras`: a zip archive with the model's config, its weights, and who wrote it when. */
import { type AnyModel, type LoadedWeights, type LoadModelOptions, type LoadWeightsOptions, serializeLayer } from "@antler/keras-api/lean";
import { encodeText } from "../bytes.ts";
import { readHdf5 } from "../hdf5/read.ts";
import type { H5Group } from "../hdf5/tree.ts";
import { writeHdf5 } from "../hdf5/write.ts";
import { readZip, type ZipMember } from "../zip/read.ts";
import { writeZip } from "../zip/write.ts";
import { error, modelOf, parseJson } from "./config.ts";
import { planWeights, weightsTree } from "./weights.ts";

/** The Keras whose format this is. */
const KERAS_VERSION = "3.15.1";

const METADATA = "metadata.json";
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
/** Configs of large models have a few megabytes. */
const MAX_CONFIG_BYTES = 2 ** 27;

export async function saveArchive(model: AnyModel): Promise<Uint8Array<ArrayBuffer>> {
  const json = (value: unknown): Uint8Array => encodeText(JSON.stringify(value));
  const config = json(serializeLayer(model));
  const metadata = json({ keras_version: KERAS_VERSION, date_saved: dateSaved(new Date()) });
  const weights = writeHdf5(await weightsTree(model));
  return writeZip([
    { name: METADATA, bytes: metadata },
    { name: CONFIG, bytes: config },
    { name: WEIGHTS, bytes: weights },
  ]);
}

/** `2026-03-01@09:05:00`, in local time. */
function dateSaved(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${day}@${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")}`;
}

export function loadArchive(bytes: Uint8Array, options: LoadModelOptions): AnyModel {
  const members = readZip(bytes, options);
  const config = memberOf(members, CONFIG);
  if (config.size > MAX_CONFIG_BYTES) throw error(`${CONFIG} has ${config.size} bytes, and ${MAX_CONFIG_BYTES} are allowed`);
  const weights = weightsOf(members, options);
  const model = modelOf(parseJson(config.read(), CONFIG), weights, options);
  planWeights(model, weights, { skipMismatch: false, skipOptimizer: false }).run();
  return model;
}

export function loadArchiveWeights(model: AnyModel, bytes: Uint8Array, options: LoadWeightsOptions): LoadedWeights {
  return loadTree(model, weightsOf(readZip(bytes, options), options), options);
}

export function loadTree(model: AnyModel, root: H5Group, { skipMismatch = false }: LoadWeightsOptions): LoadedWeights {
  const plan = planWeights(model, root, { skipMismatch, skipOptimizer: true });
  plan.run();
  return { skipped: plan.skipped };
}

function weightsOf(members: ReadonlyMap<string, ZipMember>, options: { readonly maxBytes?: number | undefined }): H5Group {
  return readHdf5(memberOf(members, WEIGHTS).read(), options);
}

function memberOf(members: ReadonlyMap<string, ZipMember>, name: string): ZipMember {
  const member = members.get(name);
  if (member) return member;
  const names = [...members.keys()].slice(0, 8).join(", ");
  throw error(`there is no ${name} in the archive, which has ${names || "nothing"}`);
}
