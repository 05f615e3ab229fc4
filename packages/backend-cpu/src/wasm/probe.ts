// What the engine at hand can do, asked by validating tiny modules.

import { FunctionBuilder } from "./function.ts";
import { assembleModule } from "./module.ts";

export interface WasmFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
}

/** Validates a module per feature; takes microseconds, nothing is compiled. */
export function probeWasm(): WasmFeatures {
  const has = (relaxed: boolean): boolean => {
    const probe = new FunctionBuilder({ relaxed });
    const x = probe.local("v128");
    probe.f32x4MultiplyAdd(x, x, x).set(x);
    return WebAssembly.validate(assembleModule({ memory: {}, functions: { probe } }));
  };
  return { simd: has(false), relaxedSimd: has(true) };
}
