/** @antler/compiler: graphs become kernels, kernels become programs; `kernelBackend(device)` makes a backend of a device. */
export {
  type Atom,
  type Axis,
  bounds,
  coefficient,
  exprDepends,
  type Index,
  type IndexCheck,
  indexDepends,
  substitute,
  type Term,
} from "./affine.ts";
export { type KernelBackend, type KernelProgram, kernelBackend } from "./backend.ts";
export { accumulator } from "./element.ts";
export { indexError } from "./fault.ts";
export type {
  Buffer,
  Device,
  Expr,
  Fold,
  FoldParts,
  Kernel,
  Layout,
  Limits,
  Load,
  Matched,
  MatchedCall,
  MatchedEpilogue,
  Preparation,
  Run,
  Store,
} from "./kernel.ts";
export { type Lowered, lower, type Step } from "./lower.ts";
export type { FoldCutter } from "./parts.ts";
export { usePrinter } from "./printer.ts";
export type { Executable } from "./program.ts";
export { sharing } from "./share.ts";
export { addSize, bindSize, mulSize, type Poly, type Size, showSize, typicalSize } from "./size.ts";
export { dataOf, indexOf, operands, topological } from "./walk.ts";
