/** Borders of sequences, images and volumes: how much is added or taken away before and behind, along each axis. */
import { ValueError } from "@antler/tensor-core";
import type { Pair, Sizes } from "./images.ts";

/** For each axis, before and behind. */
export type Borders<S extends Sizes> = { readonly [K in keyof S]: Pair } & readonly Pair[];
/** One number for all borders, one for both borders of each axis, or two for each axis. */
export type BordersLike<S extends Sizes> = number | { readonly [K in keyof S]: number | Pair };

const isSize = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
const pairOf = (x: unknown): Pair | undefined => {
  const pair = typeof x === "number" ? [x, x] : x;
  return Array.isArray(pair) && pair.length === 2 && pair.every(isSize) ? (pair as unknown as Pair) : undefined;
};

/** The borders that an option of a layer over images or volumes says. */
export function bordersOf<S extends Sizes>(layer: string, option: string, value: BordersLike<S>, axes: S["length"]): Borders<S> {
  const each = typeof value === "number" ? Array.from({ length: axes }, () => value) : (value as readonly unknown[]);
  const borders = Array.isArray(each) && each.length === axes ? each.map(pairOf) : [undefined];
  if (borders.includes(undefined)) {
    throw new ValueError(
      layer,
      `${option} must be one integer of at least 0, ${axes} of them, or ${axes} pairs, got ${JSON.stringify(value)}`,
    );
  }
  return borders as unknown as Borders<S>;
}

/** The borders of a sequence: one number for both, or one each. */
export function lineBordersOf(layer: string, option: string, value: number | Pair): Pair {
  const pair = pairOf(value);
  if (!pair) throw new ValueError(layer, `${option} must be one or two integers of at least 0, got ${JSON.stringify(value)}`);
  return pair;
}

/** Of every axis of a tensor, those of the axes named, and none elsewhere. */
export const alongAxes = (rank: number, axes: readonly number[], borders: readonly Pair[]): readonly Pair[] =>
  Array.from({ length: rank }, (_, axis) => borders[axes.indexOf(axis)] ?? [0, 0]);
