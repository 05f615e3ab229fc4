// The hand-written kernels, and drivers that work on pointers into memory.

export { type AttentionCall, attention } from "./attention.ts";
export type { AttentionSizes, Head } from "./attention-blocks.ts";
export { type AttentionGradientCall, attentionGradient, type GradientHead } from "./attention-gradient.ts";
export { type KernelExports, KernelLibrary, type KernelSources, type SomeSources } from "./base.ts";
export { type BlockDone, type KernelCalls, type KernelContext, serialContext } from "./context.ts";
export type { Axis, Convolution, ConvolutionCall } from "./convolution.ts";
export {
  convolutionForward,
  convolutionInputGradient,
  type Filtered,
  preparedFilterBytes,
  preparedFilterPart,
  prepareFilter,
} from "./convolve.ts";
export { type DepthwiseCall, depthwiseFilterGradient, depthwiseForward, depthwiseInputGradient } from "./depthwise.ts";
export { convolutionFilterGradient } from "./filter-gradient.ts";
export { gemm, type MatrixProduct, packedRightBytes, packingPart, packRight, productSpeed } from "./gemm.ts";
export type { KernelPack } from "./kernel-pack.ts";
export {
  averagePool2d,
  averagePool2dGradient,
  type MaxPoolingCall,
  maxPool2d,
  maxPool2dGradient,
  type Pooling,
  type PoolingCall,
} from "./pooling.ts";
export { logSoftmax, type RowOperation, softmax } from "./softmax.ts";
export { tileRows } from "./tile.ts";
export { type StridedMatrix, type TransposeCopy, transposeCopy } from "./transpose.ts";
