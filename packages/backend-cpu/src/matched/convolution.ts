/** conv2d and its gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import {
  type Convolution,
  convolutionFilterGradient,
  convolutionForward,
  convolutionInputGradient,
  type KernelContext,
} from "../kernels/index.ts";
import { address, contiguous } from "./float32.ts";

interface ConvAttrs {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
  readonly groups: number;
}
type Four = readonly [number, number, number, number];

function geometry(call: MatchedCall, image: readonly number[], filter: readonly number[]): Convolution {
  const { strides, dilations, padding, groups } = call.attrs as ConvAttrs;
  const [batch, height, width, inputChannels] = image as Four;
  const [kernelHeight, kernelWidth, , outputChannels] = filter as Four;
  const [[top, bottom], [left, right]] = padding;
  return {
    batch,
    height,
    width,
    inputChannels,
    outputChannels,
    kernelHeight,
    kernelWidth,
    strides,
    dilations,
    groups,
    padding: { top, bottom, left, right },
  };
}

export const convolutionKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  conv2d: contiguous(
    (call) => {
      const [x, w] = call.specs.inputs;
      const convolution = geometry(call, x!.shape, w!.shape);
      const [input, filter] = call.inputs.map(address) as [number, number];
      convolutionForward(context, { convolution, input, filter, output: address(call.outputs[0]), ...(call.done && { done: call.done }) });
    },
    { epilogue: true },
  ),
  conv2dInputGrad: contiguous((call) => {
    const convolution = geometry(call, call.specs.outputs[0]!.shape, call.specs.inputs[1]!.shape);
    const [outputGradient, filter] = call.inputs.map(address) as [number, number];
    convolutionInputGradient(context, { convolution, outputGradient, filter, inputGradient: address(call.outputs[0]) });
  }),
  conv2dFilterGrad: contiguous((call) => {
    const convolution = geometry(call, call.specs.inputs[0]!.shape, call.specs.outputs[0]!.shape);
    const [input, outputGradient] = call.inputs.map(address) as [number, number];
    convolutionFilterGradient(context, { convolution, input, outputGradient, filterGradient: address(call.outputs[0]) });
  }),
});
