/** Input: where a model begins. */
import { type DType, type Tensor, ValueError } from "@antler/tensor-core";
import { Layer } from "../layer.ts";
import { autoName } from "../naming.ts";
import { DTypePolicy } from "../policy.ts";
import { type Config, serialize } from "../serialization/config.ts";
import { type ShapeLike, toShape } from "../shapes.ts";
import { KerasTensor } from "../symbolic.ts";

export interface InputOptions {
  /** The sizes of an input without the batch; null where any will do. */
  readonly shape?: ShapeLike | undefined;
  /** The sizes with the batch first, instead of `shape`. */
  readonly batchShape?: ShapeLike | undefined;
  /** Default "float32". */
  readonly dtype?: DType | undefined;
  readonly name?: string | undefined;
}

/** Gives what it gets; it says which shape a model takes. */
export class InputLayer extends Layer {
  readonly batchShape: ShapeLike;

  constructor({ shape, batchShape, dtype, name }: InputOptions) {
    if (!shape && !batchShape)
      throw new ValueError("InputLayer", "needs a shape", { hint: "For images of 8 × 8 write { shape: [8, 8, 1] }." });
    const full = batchShape ?? [null, ...shape!];
    super({ name: name ?? autoName("InputLayer"), dtype, batchInputShape: full });
    this.batchShape = full;
    this.built = true;
    this.outputShape = toShape(full);
  }
  override get className(): string {
    return "InputLayer";
  }
  override call(x: Tensor): Tensor {
    return x;
  }
  /** The model's input, to build on. */
  get output(): KerasTensor {
    return new KerasTensor(toShape(this.batchShape), this.dtype, this);
  }
  override getConfig(): Config {
    const shape = this.batchShape.map((d) => (typeof d === "number" ? d : null));
    return {
      batch_shape: shape,
      dtype: serialize(new DTypePolicy(this.dtype)),
      sparse: false,
      ragged: false,
      name: this.name,
      optional: false,
    };
  }
}

/**
 * The beginning of a model.
 * @returns a symbolic value of that shape
 * @example
 * sequential([input({ shape: [4] }), layers.dense({ units: 1 })]);
 */
/* @__NO_SIDE_EFFECTS__ */
export const input = (options: InputOptions): KerasTensor => new InputLayer(options).output;
