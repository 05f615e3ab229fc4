/** What layers over sequences, images and volumes share: sizes along each axis, and where the channels are. */
import { type Dim, type Tensor, transpose, ValueError } from "@antler/tensor-core";

export type Single = readonly [number];
export type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];
/** One number for each axis of a sequence, an image or a volume. */
export type Sizes = Single | Pair | Triple;
/** Whether the channels are the last axis of an image, or the first after the batch. */
export type DataFormat = "channels_last" | "channels_first";

/** One number for all axes, or one each; none below `least`. */
export function sizesOf<S extends Sizes>(layer: string, option: string, value: number | S, axes: S["length"], least = 1): S {
  const sizes: readonly number[] = typeof value === "number" ? Array.from({ length: axes }, () => value) : value;
  if (!Array.isArray(sizes) || sizes.length !== axes || !sizes.every((n) => Number.isInteger(n) && n >= least)) {
    const count = axes === 1 ? "one" : `one or ${axes}`;
    const integers = axes === 1 ? "integer" : "integers";
    const kind = least === 1 ? `positive ${integers}` : `${integers} of at least ${least}`;
    throw new ValueError(layer, `${option} must be ${count} ${kind}, got ${JSON.stringify(value)}`);
  }
  return sizes as unknown as S;
}

/** The one of some strings an option is; Keras takes them in any case. */
export function oneOf<T extends string>(layer: string, option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((x) => x === value.toLowerCase());
  if (found === undefined) throw new ValueError(layer, `${option} must be ${allowed.map((x) => `"${x}"`).join(" or ")}, got "${value}"`);
  return found;
}

/** Default "channels_last". */
export const dataFormatOf = (layer: string, value: string | null | undefined): DataFormat =>
  oneOf(layer, "dataFormat", value ?? "channels_last", ["channels_last", "channels_first"]);

/** The axes between batch and channels, or behind both. */
export const spatialAxes = (format: DataFormat, axes: number): number[] =>
  Array.from({ length: axes }, (_, i) => i + (format === "channels_last" ? 1 : 2));

/** Runs a function of channels-last images on images of either format. */
export function channelsLast(x: Tensor, format: DataFormat, fn: (x: Tensor) => Tensor): Tensor {
  if (format === "channels_last") return fn(x);
  const y = fn(transpose(x, [0, ...spatialAxes(format, x.rank - 2), 1]));
  return transpose(y, [0, y.rank - 1, ...spatialAxes("channels_last", y.rank - 2)]);
}

/** How many channels a shape has. */
export const channelsOf = (shape: readonly Dim[], format: DataFormat): Dim | undefined => shape.at(format === "channels_last" ? -1 : 1);
