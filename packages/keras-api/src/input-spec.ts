/** What a layer demands of its input, checked before it runs. */
import { type Dim, isKnown, ShapeError, type Tensor } from "@antler/tensor-core";

export interface InputSpec {
  /** The exact number of axes. */
  readonly rank?: number | undefined;
  readonly minRank?: number | undefined;
  /** Sizes of single axes, negative ones counted from the end. */
  readonly axes?: Readonly<Record<number, number>> | undefined;
}

/** @throws ShapeError saying what the layer expects and what it got */
export function checkInput(className: string, x: Tensor, { rank, minRank, axes }: InputSpec): void {
  const fail = (expected: string): never => {
    throw new ShapeError(className, `expects ${expected}`, { got: [x.spec] });
  };
  if (rank !== undefined && x.rank !== rank) fail(`an input of ${rank} axes`);
  if (minRank !== undefined && x.rank < minRank) fail(`an input of at least ${minRank} axes`);
  for (const [key, size] of Object.entries(axes ?? {})) {
    const axis = Number(key);
    const got: Dim | undefined = x.dims.at(axis);
    if (got === undefined || (isKnown(got) && got !== size)) fail(`${size} along axis ${axis}, the size it was built with`);
  }
}
