/** Lambda: a function of yours as a layer. */
import { type Tensor, ValueError } from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import type { MasksOf, Nested } from "../nested.ts";
import type { Config } from "../serialization/config.ts";

export interface LambdaOptions<I extends Nested = Tensor, O extends Nested = Tensor> extends LayerOptions {
  /** What the layer does. Variables it reads are not the layer's: for weights extend `Layer`. */
  readonly function: (inputs: I, context: CallContext<I>) => O;
  /** The mask of the result. Default none. */
  readonly mask?: ((inputs: I, mask: MasksOf<I>) => MasksOf<O> | null) | undefined;
}

/** It cannot be saved: files hold no code. */
export class Lambda<I extends Nested = Tensor, O extends Nested = Tensor> extends Layer<I, O> {
  readonly function: (inputs: I, context: CallContext<I>) => O;
  readonly #mask: LambdaOptions<I, O>["mask"];

  constructor(options: LambdaOptions<I, O>) {
    super(options);
    if (typeof options.function !== "function") {
      throw new ValueError("Lambda", "needs a function of TypeScript; what files of Keras hold in its place is Python's", {
        hint: "Register a class of your own with registerKerasSerializable() instead.",
      });
    }
    this.function = options.function;
    this.#mask = options.mask;
    this.supportsMasking = options.mask !== undefined;
  }
  override get className(): string {
    return "Lambda";
  }
  override call(inputs: I, context: CallContext<I>): O {
    return this.function(inputs, context);
  }
  override computeMask(inputs: I, mask: MasksOf<I>): MasksOf<O> | null {
    return this.#mask?.(inputs, mask) ?? null;
  }
  /** @throws ValueError, always */
  override getConfig(): Config {
    throw new ValueError("Lambda", `"${this.name}" cannot be saved: files hold no code`, {
      hint: "Extend Layer, and register the class with registerKerasSerializable().",
    });
  }
}

/**
 * A function of yours as a layer.
 * @example
 * layers.lambda({ function: (x) => mul(x, 2) });
 */
/* @__NO_SIDE_EFFECTS__ */
export const lambda = <I extends Nested = Tensor, O extends Nested = Tensor>(options: LambdaOptions<I, O>): Lambda<I, O> =>
  new Lambda(options);
