/** What a convolution adds up, in float64: the expectations of the kernels' tests. */
import type { Convolution } from "../src/kernels/convolution.ts";
import { epsilon } from "./kernel-bench.ts";

export interface Sizes {
  readonly input: number;
  readonly filter: number;
  readonly output: number;
}

/** Elements of the three arrays. */
export function sizesOf(convolution: Convolution): Sizes {
  const { batch, inputChannels, outputChannels, groups, axes } = convolution;
  const [vertical, horizontal] = axes;
  return {
    input: batch * vertical.input * horizontal.input * inputChannels,
    filter: (vertical.kernel * horizontal.kernel * inputChannels * outputChannels) / groups,
    output: batch * vertical.output * horizontal.output * outputChannels,
  };
}

/** Calls back with the positions of every product that a convolution is a sum of. */
export function eachTerm(convolution: Convolution, visit: (input: number, filter: number, output: number) => void): void {
  const { batch, inputChannels, outputChannels, groups, axes } = convolution;
  const [vertical, horizontal] = axes;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  for (let n = 0; n < batch; n += 1) {
    for (let oy = 0; oy < vertical.output; oy += 1) {
      for (let ox = 0; ox < horizontal.output; ox += 1) {
        for (let ky = 0; ky < vertical.kernel; ky += 1) {
          for (let kx = 0; kx < horizontal.kernel; kx += 1) {
            const iy = oy * vertical.stride + ky * vertical.dilation - vertical.before;
            const ix = ox * horizontal.stride + kx * horizontal.dilation - horizontal.before;
            if (iy < 0 || iy >= vertical.input || ix < 0 || ix >= horizontal.input) continue;
            const inputPixel = ((n * vertical.input + iy) * horizontal.input + ix) * inputChannels;
            const outputPixel = ((n * vertical.output + oy) * horizontal.output + ox) * outputChannels;
            for (let o = 0; o < outputChannels; o += 1) {
              const group = Math.floor(o / outputs);
              for (let c = 0; c < inputs; c += 1) {
                const filter = ((ky * horizontal.kernel + kx) * inputs + c) * outputChannels + o;
                visit(inputPixel + group * inputs + c, filter, outputPixel + o);
              }
            }
          }
        }
      }
    }
  }
}

/** Sums with, per element, the rounding of as many additions as there are terms. */
export class Sums {
  readonly values: Float64Array;
  readonly #magnitudes: Float64Array;
  readonly #terms: Float64Array;

  constructor(length: number) {
    this.values = new Float64Array(length);
    this.#magnitudes = new Float64Array(length);
    this.#terms = new Float64Array(length);
  }

  add(index: number, term: number): void {
    this.values[index]! += term;
    this.#magnitudes[index]! += Math.abs(term);
    this.#terms[index]! += 1;
  }

  allowed(): Float64Array {
    return this.#magnitudes.map((magnitude, index) => 2 * (this.#terms[index]! + 1) * epsilon * magnitude);
  }
}
