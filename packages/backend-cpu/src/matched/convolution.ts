/** conv2d and depthwise convolution, and their gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import type { Node, Spec } from "@antler/tensor-core";
import {
  type ConvolutionCall,
  convolutionFilterGradient,
  convolutionForward,
  convolutionInputGradient,
  type DepthwiseCall,
  depthwiseFilterGradient,
  depthwiseForward,
  depthwiseInputGradient,
  type KernelContext,
} from "../kernels/index.ts";
import { address, contiguous, isFloat32 } from "./float32.ts";
import { axesOf } from "./windows.ts";

/** The arrays of a convolution, given their places among the op's inputs and its output. */
function arrays(call: MatchedCall, image: number, filter: number, result: number): ConvolutionCall & DepthwiseCall {
  const pointers = [...call.inputs, call.outputs[0]].map(address);
  const shapes = [...call.specs.inputs, ...call.specs.outputs].map((s) => s.shape);
  const images = shapes[image]!;
  return {
    batch: images[0]!,
    channels: images[3]!,
    inputChannels: images[3]!,
    outputChannels: shapes[filter]![3]!,
    groups: (call.attrs as { readonly groups: number }).groups,
    axes: axesOf(call, images, shapes[result]!),
    image: pointers[image]!,
    filter: pointers[filter]!,
    result: pointers[result]!,
  };
}
/** Whether each channel has one filter; several are written with one. */
const oneFilter = (node: Node, filter: Spec): boolean => isFloat32(node) && filter.shape[3] === 1;

export const convolutionKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  depthwiseConv2d: contiguous((call) => depthwiseForward(context, { ...arrays(call, 0, 1, 2), done: call.done }), {
    epilogue: true,
    accepts: (node) => oneFilter(node, node.inputs[1]!.spec),
  }),
  depthwiseConv2dInputGrad: contiguous((call) => depthwiseInputGradient(context, arrays(call, 2, 1, 0)), {
    accepts: (node) => oneFilter(node, node.inputs[1]!.spec),
  }),
  depthwiseConv2dFilterGrad: contiguous((call) => depthwiseFilterGradient(context, arrays(call, 0, 2, 1)), {
    accepts: (node) => oneFilter(node, node.outputs[0]!.spec),
  }),
  conv2d: contiguous((call) => convolutionForward(context, { ...arrays(call, 0, 1, 2), done: call.done }), { epilogue: true }),
  conv2dInputGrad: contiguous((call) => convolutionInputGradient(context, arrays(call, 2, 1, 0))),
  conv2dFilterGrad: contiguous((call) => convolutionFilterGradient(context, arrays(call, 0, 2, 1))),
});
