/** What hand-written kernels take: floats of one dtype; their sums are float32, whatever the dtype. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { isFloat, type Node } from "@antler/tensor-core";

export const isFloats = ({ inputs, outputs }: Node): boolean => {
  const { dtype } = outputs[0]!.spec;
  return isFloat(dtype) && inputs.every((v) => v.spec.dtype === dtype);
};

/** A kernel over whole operands, row by row and without gaps. */
export const contiguous = (run: (call: MatchedCall) => void, options: Partial<Pick<Matched, "accepts" | "epilogue">> = {}): Matched => ({
  accepts: options.accepts ?? isFloats,
  operands: "contiguous",
  epilogue: options.epilogue ?? false,
  run,
});
