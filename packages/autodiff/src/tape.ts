/** GradientTape: remembers the ops that run inside it, and walks them back. */
import {
  add,
  backprop,
  context,
  densify,
  GradientError,
  type IndexedSlices,
  isFloat,
  leaves,
  mapTree,
  onesLike,
  type Recorder,
  type TapeEntry,
  Tensor,
  Variable,
  within,
  zeros,
} from "@antler/tensor-core";

/** What a gradient may be taken for. */
export type Source = Tensor | Variable;

export interface TapeOptions {
  /** Keeps what it recorded after `gradient`, so that it can be asked again. Default false. */
  readonly persistent?: boolean | undefined;
  /** Watches every trainable variable that is read. Default true. */
  readonly watchAccessedVariables?: boolean | undefined;
}
export interface GradientOptions {
  /** The gradient of what follows, for each target; ones when absent. */
  readonly outputGradients?: Tensor | readonly Tensor[] | undefined;
  /** "none": null where no target depends on a source. "zero": zeros. Default "none". */
  readonly unconnectedGradients?: "none" | "zero" | undefined;
}

/** The sources' tree with a gradient at each leaf. */
export type Gradients<S> = S extends Source ? Tensor : { [K in keyof S]: Gradients<S[K]> };

/**
 * Records ops, eager or traced, and gives the gradients of what they computed. Tapes nest, and a tape may take gradients
 * inside another: that is how second derivatives are made.
 * @example
 * const x = tensor(3);
 * const tape = new GradientTape();
 * const y = tape.run(() => { tape.watch(x); return mul(x, x); });
 * tape.gradient(y, x); // 6
 */
export class GradientTape implements Recorder {
  readonly #persistent: boolean;
  readonly #watchVariables: boolean;
  #entries: TapeEntry[] | undefined = [];
  readonly #watched = new Set<Tensor>();
  readonly #reads = new Map<Variable, Tensor[]>();

  constructor(options: TapeOptions = {}) {
    this.#persistent = options.persistent ?? false;
    this.#watchVariables = options.watchAccessedVariables ?? true;
  }

  /** @internal */
  record(op: TapeEntry["op"], inputs: readonly Tensor[], attrs: unknown, outputs: readonly Tensor[]): void {
    // Only what depends on something watched is kept.
    if (!inputs.some((x) => this.#watched.has(x))) return;
    for (const y of outputs) if (isFloat(y.dtype)) this.#watched.add(y);
    this.#entries?.push({ op, inputs, attrs, outputs });
  }
  /** @internal */
  read(variable: Variable, value: Tensor): void {
    if (this.#reads.has(variable) || (this.#watchVariables && variable.trainable && isFloat(variable.dtype)))
      this.#remember(variable, value);
  }
  #remember(variable: Variable, value: Tensor): void {
    const reads = this.#reads.get(variable) ?? [];
    if (!reads.includes(value)) reads.push(value);
    this.#reads.set(variable, reads);
    this.#watched.add(value);
  }

  /** Runs `fn`, a synchronous function, and records what it does. May be called several times. */
  run<T>(fn: () => T): T {
    if (context.recorders.includes(this)) throw new GradientError("GradientTape", "this tape is recording already");
    return within("GradientTape.run", { recorders: [...context.recorders, this] }, fn);
  }
  /** Runs `fn` inside `run` without recording it. */
  stopRecording<T>(fn: () => T): T {
    return within("GradientTape.stopRecording", { recorders: context.recorders.filter((r) => r !== this) }, fn);
  }

  /** Records what is computed from these tensors or variables from now on. Variables that are trainable are watched when read. */
  watch(...sources: readonly (Source | readonly Source[])[]): void {
    for (const s of sources.flat()) {
      if (!isFloat(s.dtype)) throw new GradientError("watch", `only floats have gradients, this is ${s.dtype}`, { got: [s.spec] });
      if (s instanceof Variable) this.#reads.set(s, this.#reads.get(s) ?? []);
      else this.#watched.add(s);
    }
  }
  /** The variables read so far, in that order. */
  watchedVariables(): Variable[] {
    return [...this.#reads.keys()];
  }
  /** Forgets everything recorded. */
  reset(): void {
    this.#entries = [];
    this.#watched.clear();
    this.#reads.clear();
  }

  /**
   * The gradient of the sum of the targets.
   * @param target a tensor, or a tree of them
   * @param sources a tensor or variable, or a tree of them; the result has the same structure
   * @returns for each source a tensor of its shape; null where nothing connects (see `unconnectedGradients`)
   * @throws GradientError when asked twice without `persistent`, or where an op on the way has no gradient
   */
  gradient<S>(target: unknown, sources: S, options: GradientOptions = {}): Gradients<S> {
    return this.#collect(target, sources, options, densify) as Gradients<S>;
  }

  /** As `gradient`, but the gradient of a gather stays IndexedSlices, for optimizers that update only those rows. */
  gradients<S>(target: unknown, sources: S, options: GradientOptions = {}): unknown {
    return this.#collect(target, sources, options, (g) => g);
  }

  #collect(
    target: unknown,
    sources: unknown,
    options: GradientOptions,
    finish: (g: Tensor | IndexedSlices) => Tensor | IndexedSlices,
  ): unknown {
    const entries = this.#entries;
    if (!entries) {
      throw new GradientError("gradient", "this tape has given its gradient and forgot what it recorded", {
        hint: "Make it with { persistent: true } to ask again.",
      });
    }
    const targets = leaves(target).filter((t) => t instanceof Tensor);
    if (!targets.length) throw new GradientError("gradient", "the target holds no tensor");
    const seeds = options.outputGradients ? [options.outputGradients].flat() : targets.map((t) => onesLike(t));
    // Every tensor a variable was read as is a source of its own; their gradients add up.
    const places = leaves(sources).map((s) => {
      if (s instanceof Variable) return { source: s, reads: this.#reads.get(s) ?? [] };
      if (s instanceof Tensor) return { source: s, reads: [s] };
      throw new GradientError("gradient", "a source is neither a tensor nor a variable");
    });
    const flat = [...new Set(places.flatMap((p) => p.reads))];
    const found = backprop(entries, targets, seeds as Tensor[], flat);
    const grads = new Map(flat.map((t, i) => [t, found[i]]));
    if (!this.#persistent) this.#entries = undefined;
    let next = 0;
    return mapTree(sources, () => {
      const { source, reads } = places[next++]!;
      const parts = reads.map((t) => grads.get(t) ?? null).filter((g) => g !== null);
      if (parts.length === 0) return options.unconnectedGradients === "zero" ? zeros(source.spec.shape, source.dtype) : null;
      return finish(parts.length === 1 ? parts[0]! : addAll(parts));
    });
  }
}

const addAll = (parts: readonly (Tensor | IndexedSlices)[]): Tensor => parts.map(densify).reduce((a, b) => add(a, b));
