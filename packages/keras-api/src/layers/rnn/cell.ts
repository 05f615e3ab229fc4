/** The base of recurrent cells: one step of a sequence, from its input and the state before it. */
import { type Dim, greaterEqual, mul, ones, randomUniform, type Tensor, where, zeros, zerosLike } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../../layer.ts";
import { SeedGenerator } from "../../seed.ts";

export interface CellCall {
  /** The state before the step. */
  readonly states: readonly Tensor[];
}

/**
 * Override `call`: it gives the output of a step, then the new state. What does not depend on the state belongs in `prepare`,
 * which sees all steps at once.
 * @example
 * class Leaky extends RNNCell {
 *   readonly stateSize = [4];
 *   override call(x: Tensor, { states: [h] }: CellCall) {
 *     const y = add(mul(h!, 0.9), x);
 *     return [y, y];
 *   }
 * }
 * layers.rnn({ cell: new Leaky() }).apply(ones([2, 7, 4]));
 */
export abstract class RNNCell extends Layer<Tensor, readonly Tensor[], CellCall> {
  /** The size of each tensor of the state. */
  abstract readonly stateSize: readonly number[];
  /** The size of the output. Default: the first of the state's. */
  get outputSize(): number {
    return this.stateSize[0]!;
  }
  override get callArguments(): readonly string[] {
    return ["states"];
  }
  /**
   * What `step` takes of the inputs, for one step or for all of a sequence at once.
   * @param x `[..., batch, features]`
   */
  prepare(x: Tensor): Tensor {
    return x;
  }
  /** One step, from what `prepare` gave. Default: `call`. */
  step(prepared: Tensor, states: readonly Tensor[], training: boolean): readonly Tensor[] {
    return this.apply(prepared, { states, training });
  }
  /** What is drawn once for all steps of a sequence, from the first step's input. */
  begin(_first: Tensor, _training: boolean): void {}
  /** Forgets what `begin` drew. */
  end(): void {}

  /** The state before the first step: zeros. */
  getInitialState(batchSize: Dim): Tensor[] {
    return this.stateSize.map((size) => zeros([batchSize, size], this.computeDtype));
  }
}

export interface RecurrentDropoutOptions extends LayerOptions {
  /** The part of the inputs that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** The part of the state that is dropped in training. Default 0. */
  readonly recurrentDropout?: number | undefined;
  readonly seed?: number | null | undefined;
}

/** A cell that drops the same inputs and states in every step of a sequence (Gal and Ghahramani 2016). */
export abstract class DropoutCell extends RNNCell {
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator;
  #masks: { readonly input: readonly Tensor[] | undefined; readonly state: readonly Tensor[] | undefined } | undefined;

  /** @param gates how many masks there are where states are dropped: one for each gate */
  protected abstract readonly gates: number;

  constructor(options: RecurrentDropoutOptions) {
    super(options);
    this.dropout = Math.min(1, Math.max(0, options.dropout ?? 0));
    this.recurrentDropout = Math.min(1, Math.max(0, options.recurrentDropout ?? 0));
    this.seed = options.seed ?? null;
    this.seedGenerator = new SeedGenerator(this.seed);
  }
  override begin(first: Tensor, training: boolean): void {
    if (!training) return;
    const count = this.recurrentDropout > 0 ? this.gates : 1;
    const states = this.getInitialState(first.dims[0]!);
    this.#masks = { input: this.#draw(first, this.dropout, count), state: this.#draw(states[0]!, this.recurrentDropout, count) };
  }
  #draw(like: Tensor, rate: number, count: number): readonly Tensor[] | undefined {
    if (!(rate > 0 && rate < 1)) return undefined;
    return Array.from({ length: count }, () => {
      const kept = greaterEqual(randomUniform(like.dims, { seed: this.seedGenerator.next() }), rate);
      return where(kept, mul(ones(like.dims, like.dtype), 1 / (1 - rate)), zerosLike(like));
    });
  }
  override end(): void {
    this.#masks = undefined;
  }
  /** The input as each gate sees it; one tensor where all see the same. */
  protected dropInput(x: Tensor): readonly Tensor[] {
    return this.#masks?.input?.map((m) => mul(x, m)) ?? [x];
  }
  /** The state as each gate sees it; one tensor where all see the same. */
  protected dropState(h: Tensor): readonly Tensor[] {
    return this.#masks?.state?.map((m) => mul(h, m)) ?? [h];
  }
  /** A call outside of a sequence draws for itself. */
  protected single(x: Tensor, states: readonly Tensor[], training: boolean): readonly Tensor[] {
    const outer = this.#masks;
    if (!outer) this.begin(x, training);
    const result = this.step(this.prepare(x), states, training);
    if (!outer) this.end();
    return result;
  }
}
