/** Images in other sizes, by the names Keras has for ways to do it. */
import {
  cast,
  isFloat,
  type ResizeOptions,
  resizeBicubic,
  resizeBilinear,
  resizeLanczos3,
  resizeLanczos5,
  resizeNearestNeighbor,
  type Tensor,
} from "@antler/tensor-core";
import { oneOf, type Pair } from "./images.ts";

export type Interpolation = "bilinear" | "nearest" | "bicubic" | "lanczos3" | "lanczos5";

export const interpolationOf = (layer: string, value: string): Interpolation =>
  oneOf(layer, "interpolation", value, ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]);

/** `[batch, height, width, channels]` → `[batch, ...size, channels]`; integers become float32, but for "nearest". */
export function resized(x: Tensor, size: Pair, interpolation: Interpolation, options?: ResizeOptions): Tensor {
  if (interpolation === "nearest") return resizeNearestNeighbor(x, size);
  const ways = { bilinear: resizeBilinear, bicubic: resizeBicubic, lanczos3: resizeLanczos3, lanczos5: resizeLanczos5 };
  return ways[interpolation](isFloat(x.dtype) ? x : cast(x, "float32"), size, options);
}
