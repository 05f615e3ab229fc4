/** Wrapper: the base of layers around another layer. */
import { type Shape, ValueError } from "@antler/tensor-core";
import { type AnyLayer, Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface WrapperOptions<Inner extends AnyLayer = AnyLayer> extends LayerOptions {
  readonly layer: Inner;
}

/** Holds a layer, builds it, and keeps it in the config. */
export abstract class Wrapper<Inner extends AnyLayer = AnyLayer> extends Layer {
  readonly layer: Inner;

  constructor(options: WrapperOptions<Inner>) {
    super(options);
    if (!(options.layer instanceof Layer)) throw new ValueError("Wrapper", "wraps a layer", { hint: "Give it one as `layer`." });
    this.layer = options.layer;
  }
  override build(inputShape: Shape): void {
    this.layer.buildOnce(inputShape);
    super.build(inputShape);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf<Wrapper>(this, ["layer"]) };
  }
}
