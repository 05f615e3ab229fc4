import "@antler/backend-cpu/register";
import { Layer, type LayerOptions, layers, sequential } from "@antler/keras-api";
import { add, mul, type Tensor, tensor } from "@antler/tensor-core";

export interface RescalingOptions extends LayerOptions {
  readonly scale: number;
  /** Default 0. */
  readonly offset?: number | undefined;
}

/** `x · scale + offset`: any shape, and the same shape. */
export class Rescaling extends Layer {
  readonly scale: number;
  readonly offset: number;

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = options.scale;
    this.offset = options.offset ?? 0;
  }
  override get className(): string {
    return "Rescaling";
  }
  override call(x: Tensor): Tensor {
    return add(mul(x, this.scale), this.offset);
  }
}
/* @__NO_SIDE_EFFECTS__ */
export const rescaling = (options: RescalingOptions): Rescaling => new Rescaling(options);
const m = sequential([new Rescaling({ scale: 1 / 255, inputShape: [4] }), layers.dense({ units: 2 })]);
m.summary();
console.log(JSON.stringify(rescaling({ scale: 2 }).getConfig()));
rescaling({ scale: 2, offset: 1 })
  .apply(tensor([[1, 2]]))
  .print();
