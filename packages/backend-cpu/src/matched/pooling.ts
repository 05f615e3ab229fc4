/** Pooling and its gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import type { Node, StaticSpec } from "@antler/tensor-core";
import {
  averagePool2d,
  averagePool2dGradient,
  type KernelContext,
  maxPool2d,
  maxPool2dGradient,
  type PoolingCall,
} from "../kernels/index.ts";
import { address, contiguous } from "./float32.ts";
import { axesOf, type WindowAttrs } from "./windows.ts";

const accepts = ({ inputs, outputs, attrs }: Node): boolean =>
  inputs[0]!.spec.dtype === "float32" && outputs[0]!.spec.dtype === "float32" && (attrs as WindowAttrs).dilations.every((d) => d === 1);

type Array = readonly [buffer: unknown, spec: StaticSpec];
function arrays(call: MatchedCall, [image, { shape }]: Array, [result, results]: Array): PoolingCall {
  return {
    batch: shape[0]!,
    channels: shape[3]!,
    axes: axesOf(call, shape, results.shape),
    image: address(image),
    result: address(result),
  };
}
const forward = (call: MatchedCall): PoolingCall => arrays(call, inputOf(call), outputOf(call));
const backward = (call: MatchedCall): PoolingCall => arrays(call, outputOf(call), inputOf(call));
const inputOf = ({ inputs, specs }: MatchedCall): Array => [inputs[0], specs.inputs[0]!];
const outputOf = ({ outputs, specs }: MatchedCall): Array => [outputs[0], specs.outputs[0]!];

export const poolingKernels = (context: KernelContext): { readonly [op: string]: Matched } => {
  const kernel = (run: (call: MatchedCall) => void): Matched => contiguous(run, { accepts });
  return {
    maxPool: kernel((call) => maxPool2d(context, { ...forward(call), positions: call.outputs[1] as number | undefined })),
    maxPoolGrad: kernel((call) => maxPool2dGradient(context, { ...backward(call), positions: address(call.inputs[1]) })),
    avgPool: kernel((call) => averagePool2d(context, forward(call))),
    avgPoolGrad: kernel((call) => averagePool2dGradient(context, backward(call))),
  };
};
