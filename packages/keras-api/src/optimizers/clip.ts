/** Clipping: gradients that are too long are shortened before they are applied. */
import { add, clipByValue, divNoNan, maximum, minimum, mul, sqrt, square, sum, type Tensor } from "@antler/tensor-core";

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
  if (clipnorm) return gradients.map((g) => mul(g, divNoNan(clipnorm, maximum(sqrt(squaredNorm(g)), clipnorm))));
  if (!globalClipnorm || !gradients.length) return gradients;
  const norm = sqrt(gradients.map(squaredNorm).reduce((a, b) => add(a, b)));
  const factor = minimum(divNoNan(globalClipnorm, norm), 1);
  return gradients.map((g) => mul(g, factor));
}
