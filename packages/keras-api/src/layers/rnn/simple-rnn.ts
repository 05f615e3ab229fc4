/** SimpleRNN: a cell whose output is its state (Elman 1990). */
import { add, matMul, type Tensor } from "@antler/tensor-core";
import type { Config } from "../../serialization/config.ts";
import { GatedCell, type GatedOptions } from "./gates.ts";
import type { RNNOutput } from "./rnn.ts";
import { SequenceLayer, type SequenceLayerOptions } from "./sequence-layer.ts";

export interface SimpleRNNCellOptions extends GatedOptions {}

/** `h ← tanh(x · kernel + h · recurrentKernel + bias)`. */
export class SimpleRNNCell extends GatedCell {
  protected readonly gates = 1;

  constructor(options: SimpleRNNCellOptions) {
    super(options);
  }
  override get className(): string {
    return "SimpleRNNCell";
  }
  get stateSize(): readonly number[] {
    return [this.units];
  }
  override prepare(x: Tensor): Tensor {
    return this.project(x, this.bias);
  }
  override step(prepared: Tensor, [h]: readonly Tensor[]): readonly Tensor[] {
    const output = this.activation(add(prepared, matMul(this.dropState(h!)[0]!, this.recurrentKernel!)));
    return [output, output];
  }
}

/** A simple recurrent network along a sequence: `[batch, steps, features]` → `[batch, units]`. */
export class SimpleRNN<O extends RNNOutput = Tensor> extends SequenceLayer<SimpleRNNCell, O> {
  constructor(options: SequenceLayerOptions<SimpleRNNCellOptions>) {
    super(options, (o) => new SimpleRNNCell(o), "simple_rnn_cell");
  }
  override get className(): string {
    return "SimpleRNN";
  }
  override getConfig(): Config {
    // Keras's config of the layer forgets the seed of its cell.
    const { seed: _, ...config } = super.getConfig();
    return config;
  }
}

type Options = SequenceLayerOptions<SimpleRNNCellOptions>;
export type SimpleRNNOptions = Options;
/**
 * A simple recurrent network along a sequence.
 * @example
 * layers.simpleRnn({ units: 16 });
 */
export function simpleRnn(options: Options & { readonly returnState: true }): SimpleRNN<readonly [output: Tensor, state: Tensor]>;
export function simpleRnn(options: Options): SimpleRNN;
/* @__NO_SIDE_EFFECTS__ */
export function simpleRnn(options: Options): SimpleRNN<never> {
  return new SimpleRNN<never>(options);
}
/** One step of a simple recurrent network. @example layers.rnn({ cell: layers.simpleRnnCell({ units: 16 }) }) */
/* @__NO_SIDE_EFFECTS__ */
export const simpleRnnCell = (options: SimpleRNNCellOptions): SimpleRNNCell => new SimpleRNNCell(options);
