/** conv2d and its gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import {
  type ConvolutionCall,
  convolutionFilterGradient,
  convolutionForward,
  convolutionInputGradient,
  type KernelContext,
} from "../kernels/index.ts";
import { address, contiguous } from "./float32.ts";
import { axesOf } from "./windows.ts";

/** The arrays of a convolution, given their places among the op's inputs and its output. */
function arrays(call: MatchedCall, image: number, filter: number, result: number): ConvolutionCall {
  const pointers = [...call.inputs, call.outputs[0]].map(address);
  const shapes = [...call.specs.inputs, ...call.specs.outputs].map((s) => s.shape);
  const images = shapes[image]!;
  return {
    batch: images[0]!,
    inputChannels: images[3]!,
    outputChannels: shapes[filter]![3]!,
    groups: (call.attrs as { readonly groups: number }).groups,
    axes: axesOf(call, images, shapes[result]!),
    image: pointers[image]!,
    filter: pointers[filter]!,
    result: pointers[result]!,
  };
}

export const convolutionKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  conv2d: contiguous((call) => convolutionForward(context, { ...arrays(call, 0, 1, 2), done: call.done }), { epilogue: true }),
  conv2dInputGrad: contiguous((call) => convolutionInputGradient(context, arrays(call, 2, 1, 0))),
  conv2dFilterGrad: contiguous((call) => convolutionFilterGradient(context, arrays(call, 0, 2, 1))),
});
