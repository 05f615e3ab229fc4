/** Flatten: everything behind the batch in one axis. */
import { elements, isStatic, reshape, type Tensor, transpose } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type DataFormat, dataFormatOf } from "./images.ts";

export interface FlattenOptions extends LayerOptions {
  /** Channels-first images are flattened in the order of channels-last ones. Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** `[batch, a, b, …]` → `[batch, a · b · …]`; `[batch]` → `[batch, 1]`. */
export class Flatten extends Layer {
  readonly dataFormat: DataFormat;

  constructor(options: FlattenOptions = {}) {
    super(options);
    this.dataFormat = dataFormatOf("Flatten", options.dataFormat);
    this.inputSpec = { minRank: 1 };
  }
  override get className(): string {
    return "Flatten";
  }
  override call(x: Tensor): Tensor {
    const last = [...x.dims.keys()].slice(2);
    const ordered = this.dataFormat === "channels_first" && x.rank > 2 ? transpose(x, [0, ...last, 1]) : x;
    const inner = ordered.dims.slice(1);
    return reshape(ordered, [ordered.dims[0]!, isStatic(inner) ? elements(inner) : -1]);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["dataFormat"]) };
  }
}

/**
 * Everything behind the batch in one axis.
 * @example
 * layers.flatten().apply(zeros([2, 3, 4])).shape; // [2, 12]
 */
/* @__NO_SIDE_EFFECTS__ */
export const flatten = (options?: FlattenOptions): Flatten => new Flatten(options);
