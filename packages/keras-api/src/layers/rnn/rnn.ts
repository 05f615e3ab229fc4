/** RNN: a cell, step by step along a sequence, as one scan. */
import {
  cast,
  type Dim,
  isKnown,
  reshape,
  reverse,
  type Shape,
  ShapeError,
  scan,
  slice,
  suspendTrace,
  type Tensor,
  transpose,
  ValueError,
  Variable,
  where,
  zeros,
  zerosLike,
} from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../../layer.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import { RNNCell } from "./cell.ts";
import { StackedRNNCells } from "./stacked.ts";

export interface SequenceOptions extends LayerOptions {
  /** Whether it gives the outputs of all steps, not only the last. Default false. */
  readonly returnSequences?: boolean | undefined;
  /** Whether it gives the state after the last step, too. Default false. */
  readonly returnState?: boolean | undefined;
  /** Whether it walks from the last step to the first. Default false. */
  readonly goBackwards?: boolean | undefined;
  /** Whether a batch begins with the state the batch before ended with. Default false. */
  readonly stateful?: boolean | undefined;
  /** Accepted for Keras's sake: a sequence is always one scan. */
  readonly unroll?: boolean | undefined;
  /** Whether outputs of masked steps are zero instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean | undefined;
}
export interface RNNOptions extends SequenceOptions {
  /** A cell, or several on top of each other. */
  readonly cell: RNNCell | readonly RNNCell[];
}
export interface RNNCall {
  /** The state before the first step. Default zeros. */
  readonly initialState?: Tensor | readonly Tensor[] | null;
}
/** The output, or with `returnState` the output and the state. */
export type RNNOutput = Tensor | readonly Tensor[];

/**
 * `[batch, steps, …]` → the last output `[batch, units]`, or all of them `[batch, steps, units]`. Steps that a mask rules out
 * leave state and output as they were.
 */
export class RNN<O extends RNNOutput = Tensor> extends Layer<Tensor, O, RNNCall> {
  readonly cell: RNNCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
  zeroOutputForMask: boolean;
  /** The state between batches, where the layer is stateful. */
  states: Variable[] | undefined;

  constructor(options: RNNOptions) {
    super(options);
    const cell = Array.isArray(options.cell) ? new StackedRNNCells({ cells: options.cell }) : options.cell;
    if (!(cell instanceof RNNCell))
      throw new ValueError("RNN", "the cell must be an RNNCell", { hint: "Extend RNNCell for one of your own." });
    this.cell = cell;
    this.returnSequences = options.returnSequences ?? false;
    this.returnState = options.returnState ?? false;
    this.goBackwards = options.goBackwards ?? false;
    this.stateful = options.stateful ?? false;
    this.unroll = options.unroll ?? false;
    this.zeroOutputForMask = options.zeroOutputForMask ?? false;
    this.states = undefined;
    this.supportsMasking = true;
  }
  override get className(): string {
    return "RNN";
  }
  override get callArguments(): readonly string[] {
    return ["initialState"];
  }

  override build(inputShape: Shape): void {
    const [batch, , ...rest] = inputShape;
    this.cell.buildOnce([batch!, ...rest]);
    if (this.stateful) this.#makeStates(batch!);
    super.build(inputShape);
  }
  #makeStates(batch: Dim): void {
    if (!isKnown(batch)) {
      throw new ShapeError(this.className, "a stateful layer needs the size of its batches", { hint: "Give the input a batchSize." });
    }
    this.states = suspendTrace(() =>
      this.cell.getInitialState(batch).map((zero) => {
        const made = new Variable(zero, { name: `${this.name}/rnn_state`, trainable: false });
        zero.dispose();
        return made;
      }),
    );
  }
  /** Sets the state between batches to zero. */
  resetState(): void {
    for (const v of this.states ?? []) v.assign(zerosLike(v.value));
  }

  override call(sequence: Tensor, { training, mask, initialState }: CallContext & RNNCall): O {
    const steps = this.#timeMajor(sequence);
    const first = initialState ?? this.states?.map((v) => v.value) ?? this.cell.getInitialState(sequence.dims[0]!);
    const states = (Array.isArray(first) ? first : [first]).map((s: Tensor) => cast(s, this.cell.computeDtype));
    this.cell.begin(reshape(slice(steps, [0], [1]), steps.dims.slice(1)), training);
    const { outputs, last, end } = this.#walk(this.cell.prepare(steps), states, mask && this.#timeMajor(mask), training);
    this.cell.end();
    this.states?.forEach((v, i) => void v.assign(cast(end[i]!, v.dtype)));
    const output = outputs ? swapTime(outputs) : last!;
    return (this.returnState ? [output, ...end] : output) as O;
  }
  /** Steps first, in the order they are walked. */
  #timeMajor(x: Tensor): Tensor {
    const swapped = swapTime(x);
    return this.goBackwards ? reverse(swapped, 0) : swapped;
  }

  #walk(prepared: Tensor, states: readonly Tensor[], mask: Tensor | null, training: boolean): Walked {
    const { cell, returnSequences } = this;
    // All outputs are stacked anyway; only a mask or the last output needs the one before.
    const before = mask || !returnSequences ? [zeros([states[0]!.dims[0]!, cell.outputSize], cell.computeDtype)] : [];
    const body = (carry: Carry, x: Slice): [Carry, Tensor[]] => {
      const [output, ...next] = cell.step(x.step, carry.states, training) as [Tensor, ...Tensor[]];
      const counts = x.mask;
      const held = counts ? next.map((s, i) => chosen(counts, s, carry.states[i]!)) : next;
      const shown = counts ? chosen(counts, output, this.zeroOutputForMask ? zerosLike(output) : carry.output[0]!) : output;
      return [{ states: held, output: before.length ? [shown] : [] }, returnSequences ? [shown] : []];
    };
    const slices: Slice = { step: prepared, ...(mask && { mask }) };
    const [carry, ys] = scan(body, { states: [...states], output: before }, slices as never);
    return { outputs: ys[0], last: carry.output[0], end: carry.states };
  }

  override computeMask(_inputs: Tensor, mask: Tensor | null): never {
    const ofOutput = this.returnSequences ? mask : null;
    return (this.returnState ? [ofOutput, ...this.cell.stateSize.map(() => null)] : ofOutput) as never;
  }

  override getConfig(): Config {
    return { ...this.sequenceConfig(), ...configOf(this, ["cell"]) };
  }
  protected sequenceConfig(): Config {
    const own = configOf(this, ["returnSequences", "returnState", "goBackwards", "stateful", "unroll", "zeroOutputForMask"]);
    return { ...this.baseConfig(), ...own };
  }
}
type Carry = { states: Tensor[]; output: Tensor[] };
type Slice = { step: Tensor; mask?: Tensor };
interface Walked {
  readonly outputs: Tensor | undefined;
  readonly last: Tensor | undefined;
  readonly end: readonly Tensor[];
}

const swapTime = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.dims.map((_, i) => i).slice(2)]);

/** `now` in the rows whose step counts, else `before`. */
function chosen(counts: Tensor, now: Tensor, before: Tensor): Tensor {
  const rows = reshape(cast(counts, "bool"), [counts.dims[0]!, ...now.dims.slice(1).map(() => 1)]);
  return where(rows, now, before);
}

/**
 * A cell, or several on top of each other, along a sequence.
 * @example
 * layers.rnn({ cell: [layers.lstmCell({ units: 8 }), layers.gruCell({ units: 4 })], returnSequences: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const rnn = (options: RNNOptions): RNN => new RNN(options);
