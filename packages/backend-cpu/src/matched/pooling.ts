/** Pooling and its gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import type { Node } from "@antler/tensor-core";
import { averagePool2d, averagePool2dGradient, type KernelContext, maxPool2d, maxPool2dGradient, type Pooling } from "../kernels/index.ts";
import { address, contiguous } from "./float32.ts";

interface PoolAttrs {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

const accepts = ({ inputs, outputs, attrs }: Node): boolean =>
  inputs[0]!.spec.dtype === "float32" && outputs[0]!.spec.dtype === "float32" && (attrs as PoolAttrs).dilations.every((d) => d === 1);

function geometry(call: MatchedCall, image: readonly number[]): Pooling {
  const { window, strides, padding } = call.attrs as PoolAttrs;
  const [batch, height, width, channels] = image as readonly [number, number, number, number];
  const [[top, bottom], [left, right]] = padding;
  return { batch, height, width, channels, window, strides, padding: { top, bottom, left, right } };
}

export const poolingKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  maxPool: contiguous(
    (call) => {
      const [output, positions] = call.outputs;
      maxPool2d(context, {
        pooling: geometry(call, call.specs.inputs[0]!.shape),
        input: address(call.inputs[0]),
        output: address(output),
        ...(positions !== undefined && { positions: address(positions) }),
      });
    },
    { accepts },
  ),
  maxPoolGrad: contiguous(
    (call) => {
      const [outputGradient, positions] = call.inputs.map(address) as [number, number];
      maxPool2dGradient(context, {
        pooling: geometry(call, call.specs.outputs[0]!.shape),
        outputGradient,
        positions,
        inputGradient: address(call.outputs[0]),
      });
    },
    { accepts },
  ),
  avgPool: contiguous(
    (call) =>
      averagePool2d(context, {
        pooling: geometry(call, call.specs.inputs[0]!.shape),
        input: address(call.inputs[0]),
        output: address(call.outputs[0]),
      }),
    { accepts },
  ),
  avgPoolGrad: contiguous(
    (call) =>
      averagePool2dGradient(context, {
        pooling: geometry(call, call.specs.outputs[0]!.shape),
        outputGradient: address(call.inputs[0]),
        inputGradient: address(call.outputs[0]),
      }),
    { accepts },
  ),
});
