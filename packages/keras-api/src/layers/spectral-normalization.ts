/** SpectralNormalization: keeps the largest factor by which a layer's kernel stretches a vector at 1. */
import {
  all,
  cast,
  div,
  equal,
  matMul,
  reshape,
  type Shape,
  stopGradient,
  type Tensor,
  ValueError,
  Variable,
  where,
} from "@antler/tensor-core";
import { TruncatedNormal } from "../initializers/members.ts";
import type { CallContext } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { unitLength } from "./unit-normalization.ts";
import { Wrapper, type WrapperOptions } from "./wrapper.ts";

export interface SpectralNormalizationOptions extends WrapperOptions {
  /** How often the estimate is improved at each step. Default 1. */
  readonly powerIterations?: number | undefined;
}

/**
 * In training the kernel (or `embeddings`) of the layer inside is divided by its largest singular value, which power iteration
 * estimates (Miyato et al. 2018, https://arxiv.org/abs/1802.05957). A kernel of zeros stays.
 */
export class SpectralNormalization extends Wrapper {
  readonly powerIterations: number;
  /** The inner layer's. */
  kernel: Variable | undefined;
  /** `[1, kernel's last size]`: the direction most stretched, so far. */
  vectorU: Variable | undefined;

  constructor(options: SpectralNormalizationOptions) {
    super(options);
    const { powerIterations = 1 } = options;
    if (powerIterations <= 0) throw new ValueError("SpectralNormalization", `powerIterations must be positive, got ${powerIterations}`);
    this.powerIterations = powerIterations;
    this.kernel = undefined;
    this.vectorU = undefined;
  }
  override get className(): string {
    return "SpectralNormalization";
  }
  override build(inputShape: Shape): void {
    super.build(inputShape);
    const { kernel, embeddings } = this.layer as unknown as { readonly kernel?: Variable; readonly embeddings?: Variable };
    const weight = kernel ?? embeddings;
    if (!(weight instanceof Variable)) {
      throw new ValueError("SpectralNormalization", `a ${this.layer.className} has neither a kernel nor embeddings`);
    }
    this.kernel = weight;
    this.vectorU = this.addWeight({
      name: "vector_u",
      shape: [1, weight.shape.at(-1)!],
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
      dtype: weight.dtype,
    });
  }
  override call(x: Tensor, { training }: CallContext): Tensor {
    if (training) this.#normalize(this.kernel!, this.vectorU!);
    return cast(this.layer.apply(x) as Tensor, x.dtype);
  }
  #normalize(kernel: Variable, vectorU: Variable): void {
    const before = { kernel: kernel.value, u: vectorU.value };
    const weights = reshape(before.kernel, [-1, kernel.shape.at(-1)!]);
    let u = before.u;
    let v = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = unitLength(matMul(u, weights, { transposeB: true }));
      u = unitLength(matMul(v, weights));
    }
    const sigma = reshape(matMul(matMul(v, weights), u, { transposeB: true }), []);
    const empty = all(equal(before.kernel, 0));
    vectorU.assign(stopGradient(where(empty, before.u, u)));
    kernel.assign(stopGradient(where(empty, before.kernel, div(before.kernel, sigma))));
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["powerIterations"]) };
  }
}

/**
 * A layer whose kernel stretches no vector.
 * @example
 * layers.spectralNormalization({ layer: layers.dense({ units: 3 }) });
 */
/* @__NO_SIDE_EFFECTS__ */
export const spectralNormalization = (options: SpectralNormalizationOptions): SpectralNormalization => new SpectralNormalization(options);
