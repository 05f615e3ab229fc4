/** 16-bit floats, by functions of integers: machines may take subnormal numbers for zero. */
import type { Code, Halves } from "@antler/compiler/machine";
import type { DType } from "@antler/tensor-core";

/** Ops that only this printer knows: their names are functions of helpers.ts. */
export const HALF_OPS: ReadonlySet<string> = new Set(["halfToFloat", "brainToFloat", "floatToHalf", "floatToBrain"]);

const own = (op: string, x: Code, dtype: DType): Code => ({ op: op as Code["op"], args: [x], dtype });

export const halves: Halves = {
  widen: (stored, dtype) => own(dtype === "float16" ? "halfToFloat" : "brainToFloat", stored, "float32"),
  narrow: (x, dtype) => own(dtype === "float16" ? "floatToHalf" : "floatToBrain", x, "uint16"),
  rounded: (x, dtype) => halves.widen(halves.narrow(x, dtype), dtype),
};
