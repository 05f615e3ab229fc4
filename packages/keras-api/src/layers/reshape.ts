/** Reshape: the same numbers in another shape. */
import { elements, isStatic, reshape as reshaped, ShapeError, type Tensor, ValueError } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface ReshapeOptions extends LayerOptions {
  /** The sizes without the batch; one may be -1, which stands for what is left. */
  readonly targetShape: readonly number[];
}

/** `[batch, …]` → `[batch, ...targetShape]`. */
export class Reshape extends Layer {
  readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions) {
    super(options);
    const { targetShape } = options;
    const open = targetShape.filter((d) => d === -1).length;
    if (open > 1 || !targetShape.every((d) => Number.isInteger(d) && d >= -1)) {
      throw new ValueError("Reshape", `targetShape must hold sizes, and -1 at most once, got [${targetShape.join(", ")}]`);
    }
    this.targetShape = targetShape;
    this.built = true;
  }
  override get className(): string {
    return "Reshape";
  }
  override call(x: Tensor): Tensor {
    const inner = x.dims.slice(1);
    return reshaped(x, [x.dims[0]!, ...(isStatic(inner) ? this.#filled(elements(inner)) : this.targetShape)]);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["targetShape"]) };
  }
  /** The target with its -1 replaced, so that only the batch may be unknown. */
  #filled(size: number): readonly number[] {
    const { targetShape } = this;
    const known = elements(targetShape.filter((d) => d !== -1));
    if (targetShape.includes(-1) ? size % known !== 0 : size !== known) {
      throw new ShapeError("Reshape", `${size} elements of each input do not fill [${targetShape.join(", ")}]`);
    }
    return targetShape.map((d) => (d === -1 ? size / known : d));
  }
}

/**
 * The same numbers in another shape.
 * @example
 * layers.reshape({ targetShape: [4, -1] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const reshape = (options: ReshapeOptions): Reshape => new Reshape(options);
