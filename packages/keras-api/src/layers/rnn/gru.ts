/** GRU: a cell that mixes its state with a candidate (Cho et al. 2014). */
import { add, concat, matMul, mul, slice, split, squeeze, sub, type Tensor, type Variable } from "@antler/tensor-core";
import type { Activation } from "../../activations/activations.ts";
import { type ActivationLike, get as getActivation, serialize as nameOf } from "../../activations/get.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { GatedCell, type GatedOptions } from "./gates.ts";
import type { RNNOutput } from "./rnn.ts";
import { SequenceLayer, type SequenceLayerOptions } from "./sequence-layer.ts";

export interface GRUCellOptions extends GatedOptions {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: ActivationLike | undefined;
  /** Whether the reset gate works on the state's product with the weights, not on the state. Default true. */
  readonly resetAfter?: boolean | undefined;
}

/** `h ← z · h + (1 − z) · tanh(…)`; the gates z, r and the candidate lie side by side in the weights. */
export class GRUCell extends GatedCell {
  readonly recurrentActivation: Activation;
  readonly resetAfter: boolean;
  protected readonly gates = 3;

  constructor(options: GRUCellOptions) {
    super(options);
    this.recurrentActivation = getActivation(options.recurrentActivation ?? "sigmoid");
    this.resetAfter = options.resetAfter ?? true;
  }
  override get className(): string {
    return "GRUCell";
  }
  get stateSize(): readonly number[] {
    return [this.units];
  }
  /** Two biases where the reset gate needs the state's product to have one of its own. */
  protected override buildBias(width: number): Variable {
    return this.addWeight({ name: "bias", shape: this.resetAfter ? [2, width] : [width], ...this.rules.bias });
  }
  override prepare(x: Tensor): Tensor {
    return this.project(x, this.resetAfter ? this.#bias(0) : this.bias);
  }
  #bias(row: 0 | 1): Tensor | undefined {
    return this.bias && squeeze(slice(this.bias, [row, 0], [1, 3 * this.units]), 0);
  }

  override step(prepared: Tensor, [h]: readonly Tensor[]): readonly Tensor[] {
    const [xz, xr, xh] = split(prepared, 3, -1) as [Tensor, Tensor, Tensor];
    const states = this.dropState(h!);
    const [hz, hr, candidate] = this.resetAfter ? this.#resetAfter(states) : this.#resetBefore(states);
    const gate = this.recurrentActivation;
    const [z, r] = [gate(add(xz, hz)), gate(add(xr, hr))];
    const next = this.activation(add(xh, candidate(r)));
    const output = add(mul(z, h!), mul(sub(1, z), next));
    return [output, output];
  }
  #resetAfter(states: readonly Tensor[]): Parts {
    const bias = this.#bias(1);
    const kernel = this.recurrentKernel!;
    const product = states.length === 1 ? matMul(states[0]!, kernel) : concat(this.gatesOf(states, kernel.value), -1);
    const [z, r, inner] = split(bias ? add(product, bias) : product, 3, -1) as [Tensor, Tensor, Tensor];
    return [z, r, (reset) => mul(reset, inner)];
  }
  #resetBefore(states: readonly Tensor[]): Parts {
    const [kz, kr, kh] = split(this.recurrentKernel!, 3, -1) as [Tensor, Tensor, Tensor];
    const of = (gate: number): Tensor => states[gate] ?? states[0]!;
    return [matMul(of(0), kz), matMul(of(1), kr), (reset) => matMul(mul(reset, of(2)), kh)];
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["resetAfter"]), recurrent_activation: nameOf(this.recurrentActivation) };
  }
}
/** The state's part of both gates, and of the candidate once the reset gate is known. */
type Parts = readonly [z: Tensor, r: Tensor, candidate: (reset: Tensor) => Tensor];

/** A GRU along a sequence: `[batch, steps, features]` → `[batch, units]`. */
export class GRU<O extends RNNOutput = Tensor> extends SequenceLayer<GRUCell, O> {
  constructor(options: SequenceLayerOptions<GRUCellOptions>) {
    super(options, (o) => new GRUCell(o), "gru_cell");
  }
  override get className(): string {
    return "GRU";
  }
}

type Options = SequenceLayerOptions<GRUCellOptions>;
export type GRUOptions = Options;
/**
 * A GRU along a sequence.
 * @example
 * layers.gru({ units: 32 });
 */
export function gru(options: Options & { readonly returnState: true }): GRU<readonly [output: Tensor, state: Tensor]>;
export function gru(options: Options): GRU;
/* @__NO_SIDE_EFFECTS__ */
export function gru(options: Options): GRU<never> {
  return new GRU<never>(options);
}
/** One step of a GRU. @example layers.rnn({ cell: layers.gruCell({ units: 32 }) }) */
/* @__NO_SIDE_EFFECTS__ */
export const gruCell = (options: GRUCellOptions): GRUCell => new GRUCell(options);
