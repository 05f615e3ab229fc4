/** @antler/tensor-core: tensors, ops, tracing and the backend registry. */

export { attrsKey, identityKey } from "./attrs.ts";
export { type Backend, type Capabilities, INTERFACE_VERSION, type Program, type RunOptions, type Storage } from "./backend.ts";
export { backprop, densify, recording, type TapeEntry, unbroadcast } from "./backprop.ts";
export * as config from "./config.ts";
export {
  context,
  isRecording,
  isTracing,
  type Recorder,
  type Scope,
  suspendTrace,
  type Trace,
  type VariableHook,
  within,
  withName,
} from "./context.ts";
export { scalarLike, type TensorLike, toTensor, withOperands } from "./convert.ts";
export { fromHost, moveTo, scalar, type TensorData, tensor, variable } from "./creation.ts";
export { apply, dispatch } from "./dispatch.ts";
export { type DType, dtypeInfo, dtypeOf, isDType, isFloat, isInteger, type TypedArray } from "./dtype.ts";
export * from "./errors.ts";
export { type AntlerEvent, emit, listening, onEvent } from "./events.ts";
export { expandNode } from "./expand.ts";
export { decode as toNumbers, type NestedArray } from "./format.ts";
export { type Binary, check, type Takes, type Unary } from "./forms.ts";
export { type CompiledFunction, type FunctionOptions, func, func as function, type SignatureSpec } from "./function.ts";
export { gather, IndexedSlices, unsortedSegmentSum } from "./gather.ts";
export { countNodes, type Graph, inputValue, isGraph, makeNode, type Node, order, subgraphs, type Value, withInputs } from "./graph.ts";
export { isHalf, toBFloat16, toFloat16 } from "./half.ts";
export type * from "./op.ts";
export { gatherND, scatterND, takeAlongAxis, tensorScatterUpdate } from "./ops/along.ts";
export { at, expandDims, eye, oneHot, range, split, squeeze, stack, tile, unstack } from "./ops/arrays.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./ops/attention.ts";
export { type ConvOptions, conv2d } from "./ops/conv.ts";
export { type Conv1dOptions, conv1d } from "./ops/conv1d.ts";
export { type Conv3dOptions, conv3d } from "./ops/conv3d.ts";
export { type CumulativeOptions, cumprod, cumsum } from "./ops/cumulative.ts";
export { depthwiseConv1d, depthwiseConv2d, separableConv1d, separableConv2d } from "./ops/depthwise.ts";
export { dynamicSlice, mirrorPad, sliceUpdate } from "./ops/dynamic.ts";
export { einsum, tensordot } from "./ops/einsum.ts";
export { type GammaOptions, randomGamma } from "./ops/gamma.ts";
export { linspace, meshgrid, roll } from "./ops/grids.ts";
export type { LineOptions } from "./ops/line.ts";
export { dot, matMul, outerProduct } from "./ops/matmul.ts";
export { bandPart, diag, diagPart, type NormOptions, norm } from "./ops/matrices.ts";
export { repeatElements, resizeNearestNeighbor } from "./ops/nearest.ts";
export {
  l2Normalize,
  logSoftmax,
  logSumExp,
  moments,
  sigmoidCrossEntropyWithLogits,
  softmax,
  softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits,
  variance,
} from "./ops/nn.ts";
export { type BatchNormOptions, batchNorm } from "./ops/normalization.ts";
export { avgPool, maxPool } from "./ops/pool.ts";
export { avgPool1d, avgPool3d, maxPool1d, maxPool3d } from "./ops/pools.ts";
export { type ResizeOptions, resizeBicubic, resizeBilinear, resizeLanczos3, resizeLanczos5 } from "./ops/resize.ts";
export { multinomial, shuffle } from "./ops/sampling.ts";
export { booleanMaskAsync, whereAsync } from "./ops/selection.ts";
export { argSort, bincount, inTopK, type SearchOptions, type SortOptions, searchSorted, sort, topk } from "./ops/sorting.ts";
export { digamma, erfInv, lgamma } from "./ops/special.ts";
export {
  type Conv1dTransposeOptions,
  type Conv2dTransposeOptions,
  type Conv3dTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from "./ops/transposed.ts";
export { truncatedNormal } from "./ops/truncated.ts";
export type { Triple, VolumeOptions } from "./ops/volume.ts";
export type { Geometry, Padding, Pair, WindowOptions } from "./ops/window.ts";
export * from "./primitives.ts";
export { type NormalOptions, randomBits, randomNormal, randomUniform, type Seed, type UniformOptions } from "./random.ts";
export { createReferenceBackend, referenceBackend } from "./reference/backend.ts";
export { evaluator } from "./reference/evaluate.ts";
export { cond, repeat, type ScanOptions, scan, whileLoop } from "./regions.ts";
export { type BackendEntry, getBackend, isFallback, ready, registerBackend, registeredBackends, setBackend, VERSION } from "./registry.ts";
export { remember } from "./remember.ts";
export * as scalars from "./scalar.ts";
export {
  addDim,
  type Bindings,
  bindDim,
  bindShape,
  broadcastShapes,
  type Dim,
  elements,
  isKnown,
  isStatic,
  known,
  knownShape,
  matchShape,
  mulDim,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  type Sym,
  sameShape,
  showDim,
  showShape,
  sizeOf,
  symbol,
} from "./shape.ts";
export { byteSize, makeSpec, type Spec, type StaticSpec } from "./spec.ts";
export { largestHolders, type MemoryInfo, memory } from "./storage.ts";
export { takeRows } from "./take-rows.ts";
export { Tensor } from "./tensor.ts";
export { dispose, keep, tidy } from "./tidy.ts";
export { type Traced, trace } from "./trace.ts";
export { leaves, mapTree } from "./tree.ts";
export { Variable, type VariableOptions } from "./variable.ts";
