/** TimeDistributed: the same layer for every step of a sequence. */
import { type Dim, isKnown, mapTree, mulDim, reshape, type Shape, ShapeError, stack, type Tensor, unstack } from "@antler/tensor-core";
import { type AnyLayer, type CallContext, Layer, type LayerOptions } from "../../layer.ts";
import { type Config, configOf } from "../../serialization/config.ts";

export interface TimeDistributedOptions extends LayerOptions {
  /** What is applied to each step. */
  readonly layer: AnyLayer;
}

/**
 * `[batch, steps, …]` → `[batch, steps, …]`: steps are more rows of one batch. While a layer that keeps statistics is trained, each
 * step is a batch of its own, as in Keras, where the number of steps is known.
 */
export class TimeDistributed extends Layer {
  readonly layer: AnyLayer;

  constructor(options: TimeDistributedOptions) {
    super(options);
    this.layer = options.layer;
    this.supportsMasking = true;
  }
  override get className(): string {
    return "TimeDistributed";
  }
  override build(inputShape: Shape): void {
    if (inputShape.length < 3) {
      throw new ShapeError("TimeDistributed", "needs an input [batch, steps, …] of at least 3 axes", { got: [{ shape: inputShape }] });
    }
    this.layer.buildOnce([inputShape[0]!, ...inputShape.slice(2)]);
    super.build(inputShape);
  }
  override call(x: Tensor, context: CallContext): Tensor {
    const keepsStatistics = this.layer.trainable && this.layer.nonTrainableWeights.length > 0;
    return context.training && keepsStatistics && isKnown(x.dims[1]!) ? this.#stepwise(x, context) : this.#atOnce(x, context);
  }
  #stepwise(x: Tensor, { training, mask }: CallContext): Tensor {
    const masks = mask && unstack(mask, 1);
    const results = unstack(x, 1).map((step, t) => this.layer.apply(step, { training, mask: masks?.[t] }) as Tensor);
    return stack(results, 1);
  }
  #atOnce(x: Tensor, { training, mask }: CallContext): Tensor {
    const [batch, steps] = x.dims as [Dim, Dim];
    const rows = mulDim("TimeDistributed", batch, steps);
    const flat = (t: Tensor): Tensor => reshape(t, [rows, ...t.dims.slice(2)]);
    const y = this.layer.apply(flat(x), { training, mask: mask && flat(mask) });
    return mapTree(y, (t) => reshape(t as Tensor, [batch, steps, ...(t as Tensor).dims.slice(1)])) as Tensor;
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["layer"]) };
  }
}

/**
 * A layer for every step of a sequence.
 * @example
 * layers.timeDistributed({ layer: layers.dense({ units: 8 }) });
 */
/* @__NO_SIDE_EFFECTS__ */
export const timeDistributed = (options: TimeDistributedOptions): TimeDistributed => new TimeDistributed(options);
