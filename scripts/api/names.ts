// The public names of Keras, and what each is called here.
import { readFileSync } from "node:fs";
import * as api from "../../packages/keras-api/src/index.ts";
import { camelCase } from "../../packages/keras-api/src/serialization/config.ts";

export interface Name {
  readonly group: string;
  /** Such as "keras.layers.Conv2D". */
  readonly name: string;
  readonly kind: string;
  /** Of several names for one thing the same one. */
  readonly canonical: string;
  /** Such as "layers.Conv2D", or undefined where nothing here has the name. */
  readonly ours: string | undefined;
}

/** Ours that are not called as Keras's are. */
const renamed: Readonly<Record<string, string>> = {
  "keras.layers.deserialize": "deserializeLayer",
  "keras.layers.serialize": "serializeLayer",
  "keras.models.model_from_json": "modelFromJSON",
  "keras.models.save_model": "Model.prototype.save",
  "keras.saving.load_weights": "Model.prototype.loadWeights",
  "keras.saving.save_model": "Model.prototype.save",
  "keras.saving.save_weights": "Model.prototype.saveWeights",
  "keras.mixed_precision.global_policy": "dtypePolicy",
  "keras.mixed_precision.Policy": "DTypePolicy",
  "keras.mixed_precision.set_global_policy": "setDtypePolicy",
};

const table = readFileSync(new URL("keras-api.tsv", import.meta.url), "utf8");

export const names: readonly Name[] = table
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [group = "", name = "", kind = "", canonical = ""] = line.split("\t");
    return { group, name, kind, canonical, ours: oursOf(name, kind) };
  });

/** The first of the places where a name of Keras would be that holds something. */
function oursOf(name: string, kind: string): string | undefined {
  const path = name.split(".").slice(1);
  const last = path.at(-1)!;
  const own = /[A-Z]/.test(last) ? last : camelCase(last);
  const family = path.slice(0, -1).join(".");
  const inFamily = family ? `${family}.` : "";
  // `losses.huber` makes a loss, as all that is called like that does: Keras's function is beside it.
  const places = kind === "function" && /^(losses|metrics)$/.test(family) ? [`${family}.functions.${own}`] : [];
  const getters = /^(get|serialize|deserialize)$/.test(last);
  if (places.length === 0 || getters) places.push(`${inFamily}${own}`);
  if (/^(models|saving|mixed_precision|dtype_policies)$/.test(family)) places.push(own);
  return [renamed[name], ...places].find((place) => place !== undefined && holds(place));
}

function holds(path: string): boolean {
  let value: unknown = api;
  for (const part of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[part];
  return value !== undefined;
}
