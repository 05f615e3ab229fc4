/** What gated cells share: weights for all gates side by side. */
import {
  add,
  concat,
  isKnown,
  matMul,
  reshape,
  type Shape,
  ShapeError,
  split,
  type Tensor,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import type { Activation } from "../../activations/activations.ts";
import { type ActivationLike, get as getActivation, serialize as nameOf } from "../../activations/get.ts";
import type { CallContext } from "../../layer.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { type RuleOptions, type Rules, rulesConfig, rulesOf } from "../rules.ts";
import { type CellCall, DropoutCell, type RecurrentDropoutOptions } from "./cell.ts";

export interface GatedOptions extends RecurrentDropoutOptions, RuleOptions<"kernel" | "recurrent" | "bias"> {
  /** The size of the state and of the output. */
  readonly units: number;
  /** Default "tanh". */
  readonly activation?: ActivationLike | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
}

/** `kernel [in, gates · units]`, `recurrentKernel [units, gates · units]` and a bias. */
export abstract class GatedCell extends DropoutCell {
  readonly units: number;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly rules: Readonly<Record<"kernel" | "recurrent" | "bias", Rules>>;
  kernel: Variable | undefined;
  recurrentKernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: GatedOptions) {
    super(options);
    const { units, activation = "tanh", useBias = true } = options;
    if (!Number.isInteger(units) || units <= 0) throw new ValueError(this.className, `units must be a positive integer, got ${units}`);
    this.units = units;
    this.activation = getActivation(activation);
    this.useBias = useBias;
    this.rules = rulesOf(options, { kernel: "glorot_uniform", recurrent: "orthogonal", bias: "zeros" });
    this.kernel = undefined;
    this.recurrentKernel = undefined;
    this.bias = undefined;
  }
  override build(inputShape: Shape): void {
    const inputs = inputShape.at(-1);
    if (inputs === undefined || !isKnown(inputs)) {
      throw new ShapeError(this.className, "needs the size of its input's last axis", { got: [{ shape: inputShape }] });
    }
    const width = this.gates * this.units;
    this.kernel = this.addWeight({ name: "kernel", shape: [inputs, width], ...this.rules.kernel });
    this.recurrentKernel = this.addWeight({ name: "recurrent_kernel", shape: [this.units, width], ...this.rules.recurrent });
    if (this.useBias) this.bias = this.buildBias(width);
    super.build(inputShape);
  }
  protected buildBias(width: number): Variable {
    return this.addWeight({ name: "bias", shape: [width], ...this.rules.bias });
  }
  override call(x: Tensor, { states, training }: CallContext & CellCall): readonly Tensor[] {
    return this.single(x, states, training);
  }

  /** The inputs' part of every gate: `[..., in]` → `[..., gates · units]`. */
  protected project(x: Tensor, bias: Tensor | Variable | undefined): Tensor {
    const kernel = this.kernel!;
    const outer = x.dims.slice(0, -1);
    const plus = (z: Tensor): Tensor => (bias ? add(z, bias) : z);
    const inputs = this.dropInput(x);
    if (inputs.length > 1) return plus(concat(this.gatesOf(inputs, kernel.value), -1));
    // All rows of all steps are one product, if their number can be told.
    const canTell = outer.filter((d) => !isKnown(d)).length < 2;
    const rows = canTell ? reshape(inputs[0]!, [-1, x.dims.at(-1)!]) : inputs[0]!;
    const z = plus(matMul(rows, kernel));
    return canTell ? reshape(z, [...outer, this.gates * this.units]) : z;
  }
  /** Each gate's part of a product of inputs, one for each gate, with a kernel. */
  protected gatesOf(inputs: readonly Tensor[], kernel: Tensor): readonly Tensor[] {
    return split(kernel, this.gates, -1).map((part, i) => matMul(inputs[i] ?? inputs[0]!, part));
  }

  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["units", "useBias", "dropout", "recurrentDropout", "seed"]),
      activation: nameOf(this.activation),
      ...rulesConfig(this.rules),
    };
  }
}
