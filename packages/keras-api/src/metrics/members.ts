/** The metrics a name or a config can stand for. */
export * from "./accuracies.ts";
export * from "./confusion/at.ts";
export { AUC } from "./confusion/auc.ts";
export * from "./confusion/counted.ts";
export { F1Score, FBetaScore } from "./f-score.ts";
export * from "./hinges.ts";
export * from "./iou.ts";
export * from "./probabilistic.ts";
export { R2Score } from "./r2-score.ts";
export { Mean, Sum } from "./reduction.ts";
export * from "./regression.ts";
export { MeanMetricWrapper } from "./wrapper.ts";
