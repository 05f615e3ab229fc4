// A small WebAssembly emitter: functions as builders, modules from functions, and a feature probe.

export type { Label } from "./emitter.ts";
export { FunctionBuilder, type FunctionOptions, type Operand } from "./function.ts";
export { assembleModule, type MemoryImport, type ModuleContent } from "./module.ts";
export { probeWasm, type WasmFeatures } from "./probe.ts";
export type { ImportedFunction, Local, Signature, ValueType } from "./types.ts";
