/** Input: where a model begins. */
import { type DType, makeSpec, type Tensor, ValueError } from "@antler/tensor-core";
import { Layer } from "../layer.ts";
import { autoName } from "../naming.ts";
import { type Config, type Json, type Serialized, serialize } from "../serialization/config.ts";
import { type ShapeLike, toShape } from "../shapes.ts";
import { type KerasTensor, SymbolicNode } from "../symbolic/keras-tensor.ts";

export interface InputOptions {
  /** The sizes of an input without the batch; null where any will do. */
  readonly shape?: ShapeLike | undefined;
  /** The size of a batch, where it is always the same. */
  readonly batchSize?: number | null | undefined;
  /** The sizes with the batch first, instead of `shape`. */
  readonly batchShape?: ShapeLike | undefined;
  /** Default "float32". */
  readonly dtype?: DType | Serialized | undefined;
  readonly name?: string | undefined;
  /** Whether the model may be called with null in its place. Default false. */
  readonly optional?: boolean | undefined;
}

/** Gives what it gets; it says which shape a model takes. */
export class InputLayer extends Layer {
  readonly batchShape: ShapeLike;
  readonly optional: boolean;

  constructor({ shape, batchSize = null, batchShape, dtype = "float32", name, optional = false }: InputOptions) {
    if (!shape && !batchShape)
      throw new ValueError("InputLayer", "needs a shape", { hint: "For images of 8 × 8 write { shape: [8, 8, 1] }." });
    const full = batchShape ?? [batchSize, ...shape!];
    super({ name: name ?? autoName("InputLayer"), dtype, batchInputShape: full });
    this.batchShape = full;
    this.optional = optional;
    this.autocast = false;
    this.built = true;
    new SymbolicNode(this, []).give(makeSpec(toShape(full, this.name), this.dtype));
  }
  override get className(): string {
    return "InputLayer";
  }
  override call(x: Tensor): Tensor {
    return x;
  }
  override getConfig(): Config {
    const dtype: Json = this.dtype === "float32" ? "float32" : this.dtype;
    return { batch_shape: serialize(this.batchShape), dtype, sparse: false, ragged: false, name: this.name, optional: this.optional };
  }
}

/**
 * The beginning of a model.
 * @returns a symbolic tensor of that shape
 * @example
 * const x = input({ shape: [4] });
 * const m = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(x) });
 */
/* @__NO_SIDE_EFFECTS__ */
export const input = (options: InputOptions): KerasTensor => new InputLayer(options).output as KerasTensor;
