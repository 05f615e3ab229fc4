/** What an equation such as `"abc,cd->abd"` says about a kernel and a bias. */
import { type Dim, type Shape, ShapeError, showDim, ValueError } from "@antler/tensor-core";
import type { ShapeLike } from "../shapes.ts";

export interface EinsumSizes {
  readonly kernel: Shape;
  readonly bias: Shape | undefined;
  /** The kernel's axes that are summed over. */
  readonly inputAxes: readonly number[];
  /** The kernel's axes that stay. */
  readonly outputAxes: readonly number[];
}

/** The letters of the terms; `...` stands for axes before them, behind them, or for none. */
const FORM =
  /^(?:([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)|\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)|([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.)$/;

/**
 * The sizes of an equation's weights.
 * @param output without the batch and what `...` stands for; null where sizes are the input's
 * @throws ValueError for an equation of another form, or letters that lead nowhere; ShapeError where sizes contradict each other
 */
export function einsumSizes(equation: string, biasAxes: string | null, inputShape: Shape, output: ShapeLike): EinsumSizes {
  const letters = FORM.exec(equation)
    ?.slice(1)
    .filter((part) => part !== undefined) as [string, string, string] | undefined;
  if (!letters) {
    throw new ValueError("EinsumDense", `"${equation}" is no equation of an input and a kernel`, {
      hint: 'Write it like "ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac...".',
    });
  }
  const [given, weights, wanted] = letters;
  const elided = inputShape.length - given.length;
  const before = equation.startsWith("...");
  const inputSize = (c: string): Dim | undefined => (given.includes(c) ? inputShape[given.indexOf(c) + (before ? elided : 0)] : undefined);
  const full: readonly (Dim | null)[] = before
    ? [...inputShape.slice(0, Math.max(elided, 1)), ...output]
    : [inputShape[0]!, ...output, ...inputShape.slice(given.length)];
  const outputSize = (c: string): Dim | null | undefined => full[wanted.indexOf(c) + (before ? elided : 0)];

  for (const c of wanted) {
    if (!given.includes(c) && !weights.includes(c))
      throw new ValueError("EinsumDense", `"${c}" of the output of "${equation}" comes from nowhere`);
    const [a, b] = [inputSize(c), outputSize(c)];
    if (a !== undefined && b !== null && b !== undefined && a !== b) {
      throw new ShapeError("EinsumDense", `"${c}" of "${equation}" is ${showDim(a)} in the input and ${showDim(b)} in the output`);
    }
  }
  const sizeOf = (c: string): Dim => {
    const size = (wanted.includes(c) ? outputSize(c) : undefined) ?? inputSize(c);
    if (size === undefined) throw new ValueError("EinsumDense", `"${c}" of the kernel of "${equation}" has no size in input or output`);
    return size;
  };
  const axes = [...weights].map((c, k) => ({ k, stays: wanted.includes(c) }));
  return {
    kernel: [...weights].map(sizeOf),
    bias: biasAxes === null ? undefined : biasShape(biasAxes, wanted, sizeOf, before ? 0 : Math.max(elided, 0)),
    inputAxes: axes.filter(({ stays }) => !stays).map(({ k }) => k),
    outputAxes: axes.filter(({ stays }) => stays).map(({ k }) => k),
  };
}

/** From the first axis with a bias on: its size, or 1, also for `behind` further axes. */
function biasShape(biasAxes: string, wanted: string, sizeOf: (c: string) => Dim, behind: number): Shape {
  const missing = [...biasAxes].find((c) => !wanted.includes(c));
  if (missing) throw new ValueError("EinsumDense", `the output has no axis "${missing}" to add a bias along`);
  const first = Math.min(...[...biasAxes].map((c) => wanted.indexOf(c)));
  return [...[...wanted.slice(first)].map((c) => (biasAxes.includes(c) ? sizeOf(c) : 1)), ...Array<Dim>(behind).fill(1)];
}
