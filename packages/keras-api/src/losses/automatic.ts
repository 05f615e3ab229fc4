/** "crossentropy": the loss that suits the shapes of labels and predictions. */
import type { Tensor } from "@antler/tensor-core";
import { snakeCase } from "../naming.ts";
import { type LabelKind, labelKind } from "../ranks.ts";

/** Whether a loss's meaning depends on the shapes of labels and predictions: "crossentropy" and "ce". */
export const isAutomatic = (identifier: unknown): identifier is string =>
  typeof identifier === "string" && ["crossentropy", "ce"].includes(snakeCase(identifier));

const crossentropies: Readonly<Record<LabelKind, string>> = {
  binary: "binary_crossentropy",
  sparse: "sparse_categorical_crossentropy",
  categorical: "categorical_crossentropy",
};

/** What "crossentropy" means for these shapes; all else means itself. */
export const suitingLoss = <T>(identifier: T | string, yTrue: Tensor, yPred: Tensor): T | string =>
  isAutomatic(identifier) ? crossentropies[labelKind(yTrue, yPred)] : identifier;
