/** "accuracy": the metric that suits the shapes of labels and predictions. */
import type { Tensor } from "@antler/tensor-core";
import { snakeCase } from "../naming.ts";
import { type LabelKind, labelKind } from "../ranks.ts";

/** Whether a metric's meaning depends on the shapes of labels and predictions: "accuracy" and "acc". */
export const isAutomatic = (identifier: unknown): identifier is string =>
  typeof identifier === "string" && ["accuracy", "acc"].includes(snakeCase(identifier));

const accuracies: Readonly<Record<LabelKind, string>> = {
  binary: "binary_accuracy",
  sparse: "sparse_categorical_accuracy",
  categorical: "categorical_accuracy",
};

/** What "accuracy" means for these shapes; all else means itself. */
export const suitingMetric = <T>(identifier: T | string, yTrue: Tensor, yPred: Tensor): T | string =>
  isAutomatic(identifier) ? accuracies[labelKind(yTrue, yPred)] : identifier;
