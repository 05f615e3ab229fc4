/** The optimizers a name or a config can stand for. */
export * from "./adadelta.ts";
export * from "./adafactor.ts";
export * from "./adagrad.ts";
export * from "./adam.ts";
export * from "./adam-w.ts";
export * from "./adamax.ts";
export * from "./ftrl.ts";
export * from "./lamb.ts";
export * from "./lion.ts";
export * from "./loss-scale-optimizer.ts";
export * from "./multi-optimizer.ts";
export * from "./muon.ts";
export * from "./nadam.ts";
export * from "./rms-prop.ts";
export * from "./schedule-free-adam-w.ts";
export * from "./sgd.ts";
