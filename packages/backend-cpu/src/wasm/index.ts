// A small WebAssembly emitter: functions as builders, modules from functions, and a feature probe.

export { FunctionBuilder, type FunctionOptions, type Label, type Local, type Operand, type ValueType } from "./function.ts";
export { assembleModule, loadModule, type MemoryImport, type ModuleContent } from "./module.ts";
export type { InstructionName } from "./opcodes.ts";
export { probeWasm, type WasmFeatures } from "./probe.ts";
