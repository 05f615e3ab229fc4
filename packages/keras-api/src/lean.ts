/** @antler/keras-api/lean: models, training and callbacks; no families, no names of theirs, no summaries. */

export * as callbacks from "./callbacks/index.ts";
export * from "./callbacks/index.ts";
export type { Files } from "./files.ts";
export type { Writer } from "./host.ts";
export { type AnyLayer, type CallContext, type CallOptions, Layer, type LayerOptions, type WeightOptions } from "./layer.ts";
export { type InputOptions, input, input as Input } from "./layers/input-layer.ts";
export { Functional, type FunctionalOptions, model } from "./models/functional.ts";
export { type AnyModel, Model } from "./models/model.ts";
export { Sequential, type Stackable, sequential } from "./models/sequential.ts";
export type { SummaryOptions } from "./models/summary.ts";
export { clearSession, snakeCase } from "./naming.ts";
export type { Nested, ShapesOf } from "./nested.ts";
export { DTypePolicy, dtypePolicy, type PolicyLike, setDtypePolicy } from "./policy.ts";
export { withWeightBudget } from "./saving/budget.ts";
export { type ByteSource, type FileSource, loadModel } from "./saving/files.ts";
export {
  type LoadedWeights,
  type LoadModelOptions,
  type LoadWeightsOptions,
  registerSaveFormat,
  type SaveFormat,
  type WriteOptions,
} from "./saving/format.ts";
export { isSaveable, type Saveable, type SavedParts } from "./saving/saveable.ts";
export { SeedGenerator, setRandomSeed } from "./seed.ts";
export type { Config, Json, Serialized } from "./serialization/config.ts";
export { type DeserializeOptions, deserializeLayer, modelFromJSON, serializeLayer } from "./serialization/deserialize.ts";
export { type CustomObjects, type RegisterOptions, registerKerasSerializable } from "./serialization/registry.ts";
export type { ShapeLike } from "./shapes.ts";
export { KerasTensor } from "./symbolic/keras-tensor.ts";
export type { ClassWeight } from "./training/class-weight.ts";
export type { MetricsLike } from "./training/compile-metrics.ts";
export type { CompileOptions } from "./training/compile-options.ts";
export type { StepLogs } from "./training/compiled.ts";
export type { ValidationData } from "./training/data.ts";
export type { Dataset, DatasetBatch } from "./training/dataset.ts";
export type { EvaluateOptions, FitOptions } from "./training/fit.ts";
export type { Inputs } from "./training/layout.ts";
export type { TestOnBatchOptions, TrainOnBatchOptions } from "./training/on-batch.ts";
export type { PerOutput } from "./training/outputs.ts";
export type { PredictOptions } from "./training/predict.ts";
export type { Progress } from "./training/progress.ts";
export type { Data } from "./training/rows.ts";
export type { LossArguments, StepData } from "./training/source.ts";
