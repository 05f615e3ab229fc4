/** What the hand-written kernels have in common: they take float32, and addresses instead of buffers. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { dtypeInfo, type Node } from "@antler/tensor-core";

export const isFloat32 = (node: Node): boolean => [...node.inputs, node.outputs[0]!].every((v) => v.spec.dtype === "float32");
/** Whether elements are of one 32-bit word, or of two. */
export const hasWords = ({ inputs }: Node): boolean => inputs.every((v) => dtypeInfo(v.spec.dtype).bytes > 3);
export const address = (buffer: unknown): number => buffer as number;
/** The address of a strided operand's first element. */
export const operandAddress = (call: MatchedCall, k: number): number => address(call.inputs[k]) + 4 * call.layouts[k]!.offset;

/** A kernel over whole, contiguous operands. */
export const contiguous = (
  run: (call: MatchedCall) => void,
  options: Partial<Pick<Matched, "accepts" | "epilogue" | "preparation">> = {},
): Matched => ({
  accepts: options.accepts ?? isFloat32,
  operands: "contiguous",
  epilogue: options.epilogue ?? false,
  preparation: options.preparation,
  run,
});
