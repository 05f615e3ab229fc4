// What the engine at hand can do, asked by validating tiny modules.

import { FunctionBuilder } from "./function.ts";
import { assembleModule } from "./module.ts";

export interface WasmFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
}

/** Validates a module per feature; takes microseconds, nothing is compiled. */
export function probeWasm(): WasmFeatures {
  const simd = new FunctionBuilder();
  simd.f32x4(1).f32x4Sqrt().drop();
  const relaxed = new FunctionBuilder();
  relaxed.f32x4(1).f32x4(2).f32x4(3).f32x4RelaxedMadd().drop();
  return { simd: validates(simd), relaxedSimd: validates(relaxed) };
}

function validates(probe: FunctionBuilder): boolean {
  return WebAssembly.validate(assembleModule({ memory: {}, functions: { probe } }));
}
