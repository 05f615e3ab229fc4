/** What layers over images share: pairs of sizes, paddings, and where the channels are. */
import { type Tensor, transpose, ValueError } from "@antler/tensor-core";

export type Pair = readonly [number, number];
/** Whether the channels are the last axis of an image, or the first after the batch. */
export type DataFormat = "channels_last" | "channels_first";

/** One number for both axes, or one each. */
export function pairOf(layer: string, option: string, value: number | Pair): Pair {
  const pair: Pair = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && n > 0)) {
    throw new ValueError(layer, `${option} must be one or two positive integers, got ${JSON.stringify(value)}`);
  }
  return pair;
}

/** The one of some strings an option is; Keras takes them in any case. */
export function oneOf<T extends string>(layer: string, option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((x) => x === value.toLowerCase());
  if (found === undefined) throw new ValueError(layer, `${option} must be ${allowed.map((x) => `"${x}"`).join(" or ")}, got "${value}"`);
  return found;
}

export const dataFormatOf = (layer: string, value: string): DataFormat =>
  oneOf(layer, "dataFormat", value, ["channels_last", "channels_first"]);

/** Runs a function of channels-last images on images of either format. */
export const channelsLast = (x: Tensor, format: DataFormat, fn: (x: Tensor) => Tensor): Tensor =>
  format === "channels_last" ? fn(x) : transpose(fn(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
