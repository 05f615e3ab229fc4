/** KerasTensor: a value that is only a shape and a dtype, and knows which layer gives it. */
import { type DType, type Shape, showShape } from "@antler/tensor-core";
import type { AnyLayer } from "./layer.ts";

export class KerasTensor {
  /** Sizes; the batch and other unknown ones are symbols. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** The layer this is a result of. */
  readonly layer: AnyLayer;

  constructor(shape: Shape, dtype: DType, layer: AnyLayer, name: string = layer.name) {
    this.shape = shape;
    this.dtype = dtype;
    this.layer = layer;
    this.name = name;
  }
  toString(): string {
    return `<KerasTensor shape=${showShape(this.shape)} dtype=${this.dtype} name=${this.name}>`;
  }
}
