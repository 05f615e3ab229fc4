/** STFT: kernels whose convolution is a short-time Fourier transform. */
import { cast, type DType, ShapeError, type Tensor, tensor } from "@antler/tensor-core";
import { checkOneOf } from "../parameters.ts";
import { Initializer } from "./initializer.ts";

/** Windows that are sums of cosines: the factor of `cos(kx)` for each k, x from −π to π (Harris 1978, Nuttall 1981). */
const windows = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
} as const;
export type WindowName = keyof typeof windows;

export interface STFTOptions {
  /** Which part of the complex result. Default "real". */
  readonly side?: "real" | "imag" | undefined;
  /** A name, the window's values, or null for none. Default "hann". */
  readonly window?: WindowName | readonly number[] | null | undefined;
  /** Divides by the window's L2 norm ("density") or L1 norm ("spectrum"), or not (null). Default "density". */
  readonly scaling?: "density" | "spectrum" | null | undefined;
  /** Whether a named window goes on after its last value. Default false. */
  readonly periodic?: boolean | undefined;
}

/** Kernels `[length, 1, bins]`: of `bins = n / 2 + 1` frequencies, the cosine or the sine, under a window. */
export class STFT extends Initializer {
  declare readonly side: "real" | "imag";
  declare readonly window: WindowName | readonly number[] | null;
  declare readonly scaling: "density" | "spectrum" | null;
  declare readonly periodic: boolean;

  constructor(options: STFTOptions = {}) {
    super();
    this.take(options, { side: "real", window: "hann", scaling: "density", periodic: false });
    const { side, window, scaling } = this;
    checkOneOf("STFT", "side", side, ["real", "imag"]);
    checkOneOf("STFT", "scaling", scaling, ["density", "spectrum", null]);
    if (typeof window === "string") checkOneOf("STFT", "window", window, Object.keys(windows));
  }
  override get className(): string {
    return "STFT";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    const [length, channels, bins] = shape;
    if (length === undefined || channels !== 1 || bins === undefined || shape.length !== 3) {
      throw new ShapeError("STFT", "makes kernels [length, 1, bins]", { got: [{ shape }] });
    }
    const weights = this.#weights(length);
    const wave = this.side === "real" ? Math.cos : Math.sin;
    const values = Float32Array.from({ length: length * bins }, (_, i) => {
      const [time, bin] = [Math.floor(i / bins), i % bins];
      return weights[time]! * wave((-Math.PI * time * bin) / (bins - 1));
    });
    return cast(tensor(values, shape), dtype);
  }
  /** The window, scaled. */
  #weights(length: number): readonly number[] {
    if (this.window === null) return new Array<number>(length).fill(1);
    const values = typeof this.window === "string" ? named(this.window, length, this.periodic) : this.window;
    if (values.length !== length) throw new ShapeError("STFT", `its window has ${values.length} values for kernels of length ${length}`);
    if (this.scaling === null) return values;
    const norm = this.scaling === "density" ? Math.hypot(...values) : values.reduce((a, v) => a + Math.abs(v), 0);
    return values.map((v) => v / norm);
  }
}

function named(name: WindowName, length: number, periodic: boolean): readonly number[] {
  const steps = Math.max(1, periodic ? length : length - 1);
  return Array.from({ length }, (_, i) =>
    length === 1 ? 1 : windows[name].reduce((total, factor, k) => total + factor * Math.cos(k * Math.PI * ((2 * i) / steps - 1)), 0),
  );
}
