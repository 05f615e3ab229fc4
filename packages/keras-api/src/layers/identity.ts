/** Identity: gives what it gets. */
import type { LayerOptions } from "../layer.ts";
import { Layer } from "../layer.ts";
import type { MasksOf, Nested } from "../nested.ts";
import type { Config } from "../serialization/config.ts";

/** For a place where a layer may, but need not, stand. */
export class Identity extends Layer<Nested, Nested> {
  constructor(options: LayerOptions = {}) {
    super(options);
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Identity";
  }
  override call(inputs: Nested): Nested {
    return inputs;
  }
  override computeMask(_inputs: Nested, mask: MasksOf<Nested>): MasksOf<Nested> {
    return mask;
  }
  override getConfig(): Config {
    return this.baseConfig();
  }
}

/**
 * Gives what it gets.
 * @example
 * layers.identity().apply(x);
 */
/* @__NO_SIDE_EFFECTS__ */
export const identity = (options?: LayerOptions): Identity => new Identity(options);
