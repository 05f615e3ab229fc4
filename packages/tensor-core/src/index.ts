/** @antler/tensor-core: tensors, ops, tracing and the backend registry. */
export { at, expandDims, eye, oneHot, split, squeeze, stack, tile, unstack } from "./ops/arrays.ts";
export { conv2d, type ConvOptions } from "./ops/conv.ts";
export { dot, matMul, outerProduct } from "./ops/matmul.ts";
export {
  l2Normalize, logSoftmax, logSumExp, moments, sigmoidCrossEntropyWithLogits, softmax, softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits, variance,
} from "./ops/nn.ts";
export { avgPool, maxPool } from "./ops/pool.ts";
export type { Geometry, Padding, Pair, WindowOptions } from "./ops/window.ts";
export * from "./primitives.ts";
export { backprop, recording, type TapeEntry, unbroadcast } from "./backprop.ts";
export { attrsKey } from "./attrs.ts";
export { type Backend, type Capabilities, INTERFACE_VERSION, type Program, type RunOptions, type Storage } from "./backend.ts";
export { context, isRecording, isTracing, type Recorder, type Scope, suspendTrace, type Trace, type VariableHook, withName, within } from "./context.ts";
export { operands, scalarLike, type TensorLike, toTensor } from "./convert.ts";
export { fromHost, moveTo, scalar, tensor, type TensorData, toBFloat16, toFloat16, variable } from "./creation.ts";
export { apply, dispatch } from "./dispatch.ts";
export { type DType, dtypeInfo, isDType, isFloat, isInteger, type TypedArray } from "./dtype.ts";
export * from "./errors.ts";
export { type AntlerEvent, emit, listening, onEvent } from "./events.ts";
export { expandNode } from "./expand.ts";
export type { NestedArray } from "./format.ts";
export { type CompiledFunction, func, func as function, type FunctionOptions, type SignatureSpec } from "./function.ts";
export { countNodes, type Graph, inputValue, isGraph, makeNode, type Node, order, subgraphs, type Value } from "./graph.ts";
export type * from "./op.ts";
export { type NormalOptions, randomBits, randomNormal, randomUniform, type Seed, type UniformOptions } from "./random.ts";
export { createReferenceBackend, referenceBackend } from "./reference/backend.ts";
export { evaluator } from "./reference/evaluate.ts";
export { type BackendEntry, getBackend, isFallback, ready, registerBackend, registeredBackends, setBackend, VERSION } from "./registry.ts";
export { cond, repeat, scan, type ScanOptions, whileLoop } from "./regions.ts";
export * as scalars from "./scalar.ts";
export {
  addDim, bindDim, bindShape, type Bindings, broadcastShapes, type Dim, elements, isKnown, isStatic, known, knownShape, matchShape, mulDim,
  normalizeAxes, normalizeAxis, sameShape, type Shape, showDim, showShape, sizeOf, type Sym, symbol,
} from "./shape.ts";
export { byteSize, makeSpec, type Spec, type StaticSpec } from "./spec.ts";
export { memory, type MemoryInfo } from "./storage.ts";
export { IndexedSlices, Tensor } from "./tensor.ts";
export { parseGraph, printGraph } from "./text.ts";
export { dispose, keep, tidy } from "./tidy.ts";
export { trace, type Traced } from "./trace.ts";
export { leaves, mapTree } from "./tree.ts";
export { Variable, type VariableOptions } from "./variable.ts";
