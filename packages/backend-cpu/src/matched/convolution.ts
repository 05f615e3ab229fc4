/** conv2d and depthwise convolution, and their gradients. */
import type { Matched, MatchedCall, Preparation } from "@antler/compiler";
import type { Node, Value } from "@antler/tensor-core";
import {
  type Convolution,
  type ConvolutionCall,
  convolutionFilterGradient,
  convolutionForward,
  convolutionInputGradient,
  type DepthwiseCall,
  depthwiseFilterGradient,
  depthwiseForward,
  depthwiseInputGradient,
  type KernelContext,
  preparedFilterBytes,
  preparedFilterPart,
  prepareFilter,
} from "../kernels/index.ts";
import { address, contiguous, isFloat32 } from "./float32.ts";
import { axesOf } from "./windows.ts";

/** The geometry of a convolution, given which of the op's inputs and output are the images and the result. */
function geometry(
  { specs, attrs }: Pick<MatchedCall, "specs" | "attrs">,
  image: number,
  result: number,
): Convolution & { channels: number } {
  const shapes = [...specs.inputs, ...specs.outputs].map((s) => s.shape);
  const images = shapes[image]!;
  const channels = images[3]!;
  const { groups = channels } = attrs as { readonly groups?: number };
  return {
    batch: images[0]!,
    channels,
    inputChannels: channels,
    outputChannels: shapes[result]![3]!,
    groups,
    axes: axesOf({ attrs }, images, shapes[result]!),
  };
}
/** With its arrays. */
function arrays(call: MatchedCall, image: number, filter: number, result: number): ConvolutionCall & DepthwiseCall {
  const pointers = [...call.inputs, call.outputs[0]].map(address);
  return {
    ...geometry(call, image, result),
    image: pointers[image]!,
    filter: pointers[filter]!,
    result: pointers[result]!,
    prepared: call.prepared === undefined ? undefined : address(call.prepared),
  };
}
/** Groups of one channel are channels with one filter each, which lie in memory alike. */
const isDepthwise = ({ groups, inputChannels, outputChannels }: Convolution): boolean =>
  groups === inputChannels && groups === outputChannels;

export function convolutionKernels(context: KernelContext): { readonly [op: string]: Matched } {
  const forward = (call: MatchedCall): void => {
    const convolution = { ...arrays(call, 0, 1, 2), done: call.done };
    (isDepthwise(convolution) ? depthwiseForward : convolutionForward)(context, convolution);
  };
  const inputGradient = (call: MatchedCall): void => {
    const convolution = arrays(call, 2, 1, 0);
    (isDepthwise(convolution) ? depthwiseInputGradient : convolutionInputGradient)(context, convolution);
  };
  const filterGradient = (call: MatchedCall): void => {
    const convolution = arrays(call, 0, 2, 1);
    (isDepthwise(convolution) ? depthwiseFilterGradient : convolutionFilterGradient)(context, convolution);
  };
  /** The filter as the kernel reads it. */
  const preparation: Preparation = {
    operand: 1,
    bytes(call) {
      const convolution = geometry(call, 0, 2);
      return isDepthwise(convolution) ? 0 : preparedFilterBytes(convolution);
    },
    part: (call) => preparedFilterPart(geometry(call, 0, 2)),
    make: (call, into) => prepareFilter(context, { ...geometry(call, 0, 2), filter: address(call.inputs[1]) }, address(into)),
  };
  return {
    conv2d: contiguous(forward, { epilogue: true, preparation }),
    conv2dInputGrad: contiguous(inputGradient),
    conv2dFilterGrad: contiguous(filterGradient),
    depthwiseConv2d: contiguous(forward, { epilogue: true, accepts: oneFilter((node) => node.inputs[1]!) }),
    depthwiseConv2dInputGrad: contiguous(inputGradient, { accepts: oneFilter((node) => node.inputs[1]!) }),
    depthwiseConv2dFilterGrad: contiguous(filterGradient, { accepts: oneFilter((node) => node.outputs[0]!) }),
  };
}

/** Whether each channel has one filter; channels with several are written with more channels. */
const oneFilter =
  (filter: (node: Node) => Value) =>
  (node: Node): boolean =>
    isFloat32(node) && filter(node).spec.shape[3] === 1;
