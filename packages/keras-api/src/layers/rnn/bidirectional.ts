/** Bidirectional: one layer walks a sequence forwards, another backwards. */
import { add, concat, div, mul, reverse, type Shape, type Tensor, ValueError } from "@antler/tensor-core";
import { type AnyLayer, type CallContext, Layer, type LayerOptions } from "../../layer.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { cloneLayer } from "../clone.ts";
import type { RNN, RNNCall, RNNOutput } from "./rnn.ts";

/** How the two outputs become one; null gives both. */
export type MergeMode = "sum" | "mul" | "concat" | "ave" | null;

export interface BidirectionalOptions extends LayerOptions {
  /** The layer that walks forwards; it is copied, with new weights. */
  readonly layer: AnyLayer;
  /** The layer that walks backwards. Default: a copy of `layer` with the other `goBackwards`. */
  readonly backwardLayer?: AnyLayer | null | undefined;
  /** Default "concat". */
  readonly mergeMode?: MergeMode | undefined;
}

type Walker = RNN<RNNOutput>;

/** `[batch, steps, features]` → the merged outputs of both ways; with `returnState` then both states. */
export class Bidirectional<O extends RNNOutput = Tensor> extends Layer<Tensor, O, RNNCall> {
  readonly forwardLayer: Walker;
  readonly backwardLayer: Walker;
  readonly mergeMode: MergeMode;

  constructor(options: BidirectionalOptions) {
    super(options);
    const {
      layer,
      backwardLayer,
      mergeMode = "concat",
    } = options as BidirectionalOptions & { layer: Walker; backwardLayer?: Walker | null };
    const named = (prefix: string): string => `${prefix}${layer.name.replace(new RegExp(`^${prefix}`), "")}`;
    this.forwardLayer = cloneLayer(layer, { name: named("forward_") });
    this.backwardLayer = backwardLayer ?? cloneLayer(layer, { name: named("backward_"), go_backwards: !layer.goBackwards });
    this.mergeMode = mergeMode;
    this.supportsMasking = true;
    const both = [this.forwardLayer, this.backwardLayer];
    if (both[0]!.goBackwards === both[1]!.goBackwards) {
      throw new ValueError("Bidirectional", "both layers walk the same way", { hint: "Give one of them goBackwards." });
    }
    for (const key of ["stateful", "returnSequences", "returnState"] as const) {
      if (both[0]![key] !== both[1]![key]) throw new ValueError("Bidirectional", `the two layers differ in ${key}`);
    }
    if (!["sum", "mul", "concat", "ave", null].includes(mergeMode)) {
      throw new ValueError("Bidirectional", `mergeMode must be "sum", "mul", "concat", "ave" or null, got "${mergeMode}"`);
    }
    // Outputs of masked steps would not line up otherwise: one way has seen nothing yet where the other has seen all.
    for (const l of both) l.zeroOutputForMask = l.returnSequences;
  }
  override get className(): string {
    return "Bidirectional";
  }
  override get callArguments(): readonly string[] {
    return ["initialState"];
  }
  override build(inputShape: Shape): void {
    this.forwardLayer.buildOnce(inputShape);
    this.backwardLayer.buildOnce(inputShape);
    super.build(inputShape);
  }

  override call(sequence: Tensor, { training, mask, initialState }: CallContext & RNNCall): O {
    const states = (initialState ?? null) as readonly Tensor[] | null;
    const half = (states?.length ?? 0) / 2;
    const walk = (layer: Walker, own: readonly Tensor[] | undefined): readonly Tensor[] => {
      const y = layer.apply(sequence, { training, mask, ...(own && { initialState: own }) });
      return Array.isArray(y) ? y : [y as Tensor];
    };
    const [y, ...forward] = walk(this.forwardLayer, states?.slice(0, half)) as [Tensor, ...Tensor[]];
    const [back, ...backward] = walk(this.backwardLayer, states?.slice(half)) as [Tensor, ...Tensor[]];
    const merged = this.#merge(y, this.forwardLayer.returnSequences ? reverse(back, 1) : back);
    const outputs = [...merged, ...forward, ...backward];
    return (outputs.length === 1 ? outputs[0] : outputs) as O;
  }
  #merge(y: Tensor, back: Tensor): readonly Tensor[] {
    switch (this.mergeMode) {
      case "concat":
        return [concat([y, back], -1)];
      case "sum":
        return [add(y, back)];
      case "ave":
        return [div(add(y, back), 2)];
      case "mul":
        return [mul(y, back)];
      default:
        return [y, back];
    }
  }
  override computeMask(_inputs: Tensor, mask: Tensor | null): never {
    const { returnSequences, returnState, cell } = this.forwardLayer;
    const ofOutput = returnSequences ? mask : null;
    const outputs = this.mergeMode === null ? [ofOutput, ofOutput] : [ofOutput];
    const states = returnState ? [...cell.stateSize, ...cell.stateSize].map(() => null) : [];
    const all = [...outputs, ...states];
    return (all.length === 1 ? all[0] : all) as never;
  }
  override getConfig(): Config {
    const own = configOf(this, ["mergeMode", "backwardLayer"]);
    return { ...this.baseConfig(), ...own, ...configOf(this, [["forwardLayer", "layer"]]) };
  }
}

/**
 * A recurrent layer that walks a sequence both ways.
 * @example
 * layers.bidirectional({ layer: layers.lstm({ units: 16 }) });
 */
export function bidirectional<S extends readonly Tensor[]>(
  options: BidirectionalOptions & { readonly layer: RNN<readonly [Tensor, ...S]>; readonly mergeMode?: Exclude<MergeMode, null> },
): Bidirectional<readonly [Tensor, ...S, ...S]>;
export function bidirectional(options: BidirectionalOptions & { readonly mergeMode: null }): Bidirectional<readonly [Tensor, Tensor]>;
export function bidirectional(options: BidirectionalOptions): Bidirectional;
/* @__NO_SIDE_EFFECTS__ */
export function bidirectional(options: BidirectionalOptions): Bidirectional<never> {
  return new Bidirectional<never>(options);
}
