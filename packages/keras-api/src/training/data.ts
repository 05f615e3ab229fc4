/** From what `fit` and `evaluate` are given to batches. */
import { ready, ValueError } from "@antler/tensor-core";
import type { AnyModel } from "../models/model.ts";
import { Batches } from "./batches.ts";
import { type ClassWeight, withClassWeight } from "./class-weight.ts";
import { type Dataset, DatasetSource, isDataset } from "./dataset.ts";
import { type Given, type Inputs, withTable } from "./layout.ts";
import type { Source } from "./source.ts";

/** Samples, labels and what each sample counts; or batches of them. */
export type ValidationData = Dataset | readonly [x: Inputs, y: Inputs] | readonly [x: Inputs, y: Inputs, sampleWeight: Inputs];

export interface SourceOptions {
  readonly batchSize: number;
  readonly classWeight?: ClassWeight | null | undefined;
}

/** @throws ValueError where labels or weights come beside batches that hold them */
export async function sourceOf(
  op: string,
  model: AnyModel,
  [x, y, sampleWeight]: readonly [Inputs | Dataset, Inputs | null | undefined, Inputs | null | undefined],
  { batchSize, classWeight }: SourceOptions,
): Promise<Source> {
  await ready();
  if (!isDataset(x)) {
    const given = [x, y, sampleWeight] as Given;
    return withTable(
      op,
      given,
      model.ends,
      { readLabels: !!classWeight },
      (all) => new Batches(withClassWeight(all, classWeight), batchSize),
    );
  }
  const beside = y ? "labels" : sampleWeight ? "weights" : undefined;
  if (beside) throw new ValueError(op, `${beside} are part of the batches, they cannot be given beside them`);
  return new DatasetSource(x, { op, ends: model.ends, classWeight });
}

/** As arguments of `evaluate`. */
export const validationParts = (given: ValidationData): readonly [Inputs | Dataset, Inputs | null, Inputs | null] =>
  isDataset(given) ? [given, null, null] : [given[0], given[1], given[2] ?? null];
