/** LSTM: a cell that remembers through a state it adds to (Hochreiter and Schmidhuber 1997). */
import { add, concat, matMul, mul, ones, split, type Tensor, type Variable } from "@antler/tensor-core";
import type { Activation } from "../../activations/activations.ts";
import { type ActivationLike, get as getActivation, serialize as nameOf } from "../../activations/get.ts";
import { Initializer } from "../../initializers/initializer.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { GatedCell, type GatedOptions } from "./gates.ts";
import type { RNNOutput } from "./rnn.ts";
import { SequenceLayer, type SequenceLayerOptions } from "./sequence-layer.ts";

export interface LSTMCellOptions extends GatedOptions {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: ActivationLike | undefined;
  /** Whether the forget gate's bias begins at 1, so that the cell remembers at first (Jozefowicz et al. 2015). Default true. */
  readonly unitForgetBias?: boolean | undefined;
}

/** `c ← f · c + i · tanh(z); h ← o · tanh(c)`; the gates i, f, z, o lie side by side in the weights. */
export class LSTMCell extends GatedCell {
  readonly recurrentActivation: Activation;
  readonly unitForgetBias: boolean;
  protected readonly gates = 4;

  constructor(options: LSTMCellOptions) {
    super(options);
    this.recurrentActivation = getActivation(options.recurrentActivation ?? "sigmoid");
    this.unitForgetBias = options.unitForgetBias ?? true;
  }
  override get className(): string {
    return "LSTMCell";
  }
  get stateSize(): readonly number[] {
    return [this.units, this.units];
  }
  protected override buildBias(width: number): Variable {
    const { initializer, ...rules } = this.rules.bias;
    const begin = this.unitForgetBias ? new ForgetBias(initializer, this.units) : initializer;
    return this.addWeight({ name: "bias", shape: [width], ...rules, initializer: begin });
  }
  override prepare(x: Tensor): Tensor {
    return this.project(x, this.bias);
  }
  override step(prepared: Tensor, [h, c]: readonly Tensor[]): readonly Tensor[] {
    const states = this.dropState(h!);
    const kernel = this.recurrentKernel!;
    const inner = states.length === 1 ? matMul(states[0]!, kernel) : concat(this.gatesOf(states, kernel.value), -1);
    const [i, f, z, o] = split(add(prepared, inner), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const gate = this.recurrentActivation;
    const carry = add(mul(gate(f), c!), mul(gate(i), this.activation(z)));
    const output = mul(gate(o), this.activation(carry));
    return [output, output, carry];
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["unitForgetBias"]), recurrent_activation: nameOf(this.recurrentActivation) };
  }
}

/** A bias whose second quarter, the forget gate's, is 1. */
class ForgetBias extends Initializer {
  readonly #others: Initializer;
  readonly #units: number;
  constructor(others: Initializer, units: number) {
    super();
    this.#others = others;
    this.#units = units;
  }
  apply(_shape: readonly number[], dtype: Tensor["dtype"]): Tensor {
    const units = this.#units;
    return concat([this.#others.apply([units], dtype), ones([units], dtype), this.#others.apply([2 * units], dtype)]);
  }
}

/** An LSTM along a sequence: `[batch, steps, features]` → `[batch, units]`. The state is `[h, c]`. */
export class LSTM<O extends RNNOutput = Tensor> extends SequenceLayer<LSTMCell, O> {
  constructor(options: SequenceLayerOptions<LSTMCellOptions>) {
    super(options, (o) => new LSTMCell(o), "lstm_cell");
  }
  override get className(): string {
    return "LSTM";
  }
}

type Options = SequenceLayerOptions<LSTMCellOptions>;
export type LSTMOptions = Options;
/**
 * An LSTM along a sequence.
 * @example
 * layers.lstm({ units: 32, returnSequences: true });
 */
export function lstm(options: Options & { readonly returnState: true }): LSTM<readonly [output: Tensor, h: Tensor, c: Tensor]>;
export function lstm(options: Options): LSTM;
/* @__NO_SIDE_EFFECTS__ */
export function lstm(options: Options): LSTM<never> {
  return new LSTM<never>(options);
}
/** One step of an LSTM. @example layers.rnn({ cell: layers.lstmCell({ units: 32 }) }) */
/* @__NO_SIDE_EFFECTS__ */
export const lstmCell = (options: LSTMCellOptions): LSTMCell => new LSTMCell(options);
