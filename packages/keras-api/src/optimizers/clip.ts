/** Clipping: gradients that are too long are shortened before they are applied. */
import { add, clipByValue, div, maximum, minimum, mul, sqrt, square, sub, sum, type Tensor } from "@antler/tensor-core";

export interface ClipOptions {
  /** The longest a single gradient may be (its 2-norm). */
  readonly clipnorm?: number | null | undefined;
  /** The largest an element of a gradient may be. */
  readonly clipvalue?: number | null | undefined;
  /** The longest all gradients together may be. */
  readonly globalClipnorm?: number | null | undefined;
}

const squaredNorm = (g: Tensor): Tensor => sum(square(g));

/** The gradients, clipped as the options say. */
export function clip(gradients: readonly Tensor[], { clipnorm, clipvalue, globalClipnorm }: ClipOptions): readonly Tensor[] {
  if (clipvalue) return gradients.map((g) => clipByValue(g, -clipvalue, clipvalue));
  if (clipnorm) return gradients.map((g) => div(mul(g, clipnorm), maximum(sqrt(squaredNorm(g)), clipnorm)));
  if (!globalClipnorm) return gradients;
  const norm = sqrt(gradients.map(squaredNorm).reduce((a, b) => add(a, b)));
  // A norm without a bound would clip all gradients to zero: the difference makes them NaN, so that it shows.
  const factor = add(mul(minimum(div(1, norm), 1 / globalClipnorm), globalClipnorm), sub(norm, norm));
  return gradients.map((g) => mul(g, factor));
}
