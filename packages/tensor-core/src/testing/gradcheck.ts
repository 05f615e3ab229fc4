/** The numeric gradient checker: gradients against central differences on the reference backend, in float64. */
import { isFloat } from "../dtype.ts";
import { referenceBackend } from "../reference/backend.ts";
import type { Tensor } from "../tensor.ts";
import { tidy } from "../tidy.ts";
import { floatInputs, gradients, listOf, type TensorFunction, weights } from "./gradient.ts";
import { total } from "./host.ts";
import { createRandom, type Random } from "./random.ts";
import { onBackend, type TypedHost, upload } from "./values.ts";

export interface GradcheckOptions {
  /** Also checks the gradient of the gradient. Default true. */
  readonly second?: boolean | undefined;
  /** Which inputs; all that are floats when absent. */
  readonly wrt?: readonly number[] | undefined;
  /** The largest step of the differences. Default 2⁻⁸. */
  readonly step?: number | undefined;
  readonly seed?: number | undefined;
}

/** Inputs with more elements than this are checked along random directions rather than one by one. */
const ONE_BY_ONE = 6;

/**
 * Compares the gradient of `fn` with central differences, extrapolated from three steps (Richardson): the error falls with the
 * sixth power of the step, and the last correction tells how large it still is.
 * @param inputs host arrays; floats are taken as float64
 * @throws Error naming input, direction and both numbers
 */
export function gradcheck(fn: TensorFunction, inputs: readonly TypedHost[], options: GradcheckOptions = {}): void {
  const wrt = options.wrt ?? floatInputs(inputs);
  onBackend(referenceBackend(), () => {
    check("gradient", fn, inputs, wrt, options, ONE_BY_ONE);
    // A wrong element shows along a random direction, too: one is enough where each evaluation is a whole gradient.
    if (options.second ?? true) check("second gradient", (...xs) => gradients(fn, xs, wrt), inputs, wrt, options, 1);
  });
}

function check(
  what: string,
  fn: TensorFunction,
  inputs: readonly TypedHost[],
  wrt: readonly number[],
  options: GradcheckOptions,
  oneByOne: number,
): void {
  const random = createRandom(options.seed ?? 1);
  const make = (data: readonly (readonly number[])[]): Tensor[] =>
    inputs.map((x, i) => upload({ shape: x.shape, data: data[i]! }, isFloat(x.dtype) ? "float64" : x.dtype));
  const start = inputs.map((x) => x.data);
  const grads = tidy(() => {
    const given = make(start);
    const result = gradients(fn, given, wrt, 1);
    result.forEach((g, k) => {
      const x = given[wrt[k]!]!;
      if (g.dtype !== x.dtype || g.shape.join() !== x.shape.join())
        throw new Error(`${what}: of ${x.dtype}[${x.shape.join()}] it is ${g.dtype}[${g.shape.join()}]`);
    });
    return result.map((g) => [...(g.dataSync() as Float64Array)]);
  });
  /** The checked sum Σ weights · outputs, and Σ|terms| of it. */
  const value = (data: readonly (readonly number[])[]): [sum: number, size: number] =>
    tidy(() => {
      let [sum, size] = [0, 0];
      const outputs = listOf(fn(...make(data))).filter((y) => isFloat(y.dtype));
      outputs.forEach((y, i) => {
        const w = weights(y.dims, y.dtype, 1 + i).dataSync() as Float64Array;
        (y.dataSync() as Float64Array).forEach((v, k) => {
          sum += v * w[k]!;
          size += Math.abs(v * w[k]!);
        });
      });
      return [sum, size];
    });

  const size = value(start)[1];
  const h = options.step ?? 2 ** -8;
  wrt.forEach((input, k) => {
    for (const [name, direction] of directions(start[input]!.length, random, oneByOne)) {
      const parts = direction.map((d, i) => d * grads[k]![i]!);
      const analytic = total(parts);
      const magnitude = total(parts.map(Math.abs));
      const moved = (by: number): (readonly number[])[] => start.map((s, i) => (i === input ? s.map((v, e) => v + by * direction[e]!) : s));
      const slope = (step: number): number => (value(moved(step))[0] - value(moved(-step))[0]) / (2 * step);
      const [a, b, c] = [slope(h), slope(h / 2), slope(h / 4)];
      const [ab, bc] = [(4 * b - a) / 3, (4 * c - b) / 3];
      const numeric = (16 * bc - ab) / 15;
      const left = 4 * Math.abs(bc - ab);
      if (left > 1e-3 * (1 + magnitude + size))
        throw new Error(`${what}: for input ${input} along ${name} the differences do not converge; is a kink or a pole near?`);
      // What extrapolation corrected last bounds what is left; differencing divides the rounding of the sum by the step.
      const may = left + 64 * 2 ** -52 * ((size + 1) / (h / 4)) + 2 ** -40 * magnitude;
      if (!(Math.abs(numeric - analytic) <= may)) {
        throw new Error(`${what}: for input ${input} along ${name} it is ${analytic}, differences give ${numeric} (allowed ${may})`);
      }
    }
  });
}

/** Unit directions for small inputs; for larger ones random signs, which no wrong element escapes. */
function directions(n: number, random: Random, oneByOne: number): [name: string, direction: number[]][] {
  const one = (at: number): [string, number[]] => [`element ${at}`, Array.from({ length: n }, (_, i) => (i === at ? 1 : 0))];
  if (n <= oneByOne) return Array.from({ length: n }, (_, i) => one(i));
  return [["a random direction", Array.from({ length: n }, () => (random.chance(0.5) ? 1 : -1) * random.real(0.5, 1))]];
}
