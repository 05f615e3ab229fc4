/** How the windows of convolutions and pooling lie on images, as the kernels want it. */
import type { MatchedCall } from "@antler/compiler";
import type { Axis } from "../kernels/index.ts";

export interface WindowAttrs {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

/** Both axes, from the attrs and the shapes of images and results. */
export function axesOf({ attrs }: Pick<MatchedCall, "attrs">, image: readonly number[], result: readonly number[]): readonly [Axis, Axis] {
  const { window, strides, dilations, padding } = attrs as WindowAttrs;
  const axis = (a: 0 | 1): Axis => ({
    input: image[a + 1]!,
    output: result[a + 1]!,
    kernel: window[a],
    stride: strides[a],
    dilation: dilations[a],
    before: padding[a][0],
  });
  return [axis(0), axis(1)];
}
