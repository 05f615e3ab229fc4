/** Callbacks. */
export { BackupAndRestore, type BackupAndRestoreOptions, backupAndRestore } from "./backup-and-restore.ts";
export { Callback, type CallbackParams, type Logs, type Verbosity } from "./callback.ts";
export { CSVLogger, type CSVLoggerOptions, csvLogger } from "./csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions, earlyStopping } from "./early-stopping.ts";
export { History } from "./history.ts";
export { LambdaCallback, lambdaCallback } from "./lambda-callback.ts";
export {
  type EpochSchedule,
  LearningRateScheduler,
  type LearningRateSchedulerOptions,
  learningRateScheduler,
} from "./learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions, modelCheckpoint } from "./model-checkpoint.ts";
export { MonitorCallback, type MonitorOptions } from "./monitor.ts";
export { ProgbarLogger, type ProgbarLoggerOptions, progbarLogger } from "./progbar-logger.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
export { SwapEMAWeights, type SwapEMAWeightsOptions, swapEMAWeights } from "./swap-ema-weights.ts";
export { TerminateOnNaN, type TerminateOnNaNOptions, terminateOnNaN } from "./terminate-on-nan.ts";
