// The hand-written kernels: a base module instantiated once on a memory, and drivers that work on pointers into it.

export { type BaseModuleOptions, instantiateBase, type KernelExports } from "./base.ts";
export type { BlockDone, KernelContext, ScratchMemory } from "./context.ts";
export type { Convolution, Padding2d } from "./convolution.ts";
export {
  type ConvolutionForward,
  type ConvolutionInputGradient,
  convolutionForward,
  convolutionInputGradient,
} from "./convolve.ts";
export { type ConvolutionFilterGradient, convolutionFilterGradient } from "./filter-gradient.ts";
export { type BatchStrides, gemm, type MatrixProduct } from "./gemm.ts";
export {
  type AveragePool,
  type AveragePoolGradient,
  averagePool2d,
  averagePool2dGradient,
  type MaxPool,
  type MaxPoolGradient,
  maxPool2d,
  maxPool2dGradient,
  type Pooling,
} from "./pooling.ts";
export { logSoftmax, type RowOperation, softmax } from "./softmax.ts";
export { type StridedMatrix, type TransposeCopy, transposeCopy } from "./transpose.ts";
