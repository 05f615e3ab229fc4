// What the engine at hand can do, asked by validating tiny modules.

import { FunctionBuilder } from "./function.ts";
import { assembleModule } from "./module.ts";

export interface WasmFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
}

let found: WasmFeatures | undefined;

/** Validates a module per feature, once; nothing is compiled. */
export function probeWasm(): WasmFeatures {
  return (found ??= probe());
}

function probe(): WasmFeatures {
  const has = (relaxed: boolean): boolean => {
    const f = new FunctionBuilder({ relaxed });
    const x = f.local("v128");
    f.f32x4MultiplyAdd(x, x, x).set(x);
    return WebAssembly.validate(assembleModule({ memory: {}, functions: { f } }));
  };
  const relaxedSimd = has(true);
  return { simd: relaxedSimd || has(false), relaxedSimd };
}
