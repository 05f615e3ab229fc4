/** A mutable place. While a function is traced, reads become inputs of the graph and assignments become outputs. */
import type { Storage } from "./backend.ts";
import { context } from "./context.ts";
import type { DType } from "./dtype.ts";
import { DisposedError, DTypeError, ShapeError } from "./errors.ts";
import { type Shape, sameShape } from "./shape.ts";
import type { StaticSpec } from "./spec.ts";
import { hold, release } from "./storage.ts";
import { Tensor } from "./tensor.ts";

export interface VariableOptions {
  readonly name?: string | undefined;
  /** Tapes watch trainable variables by themselves. Default true. */
  readonly trainable?: boolean | undefined;
  /** The dtype files hold, where it is wider than the one in memory. */
  readonly savedDtype?: DType | undefined;
}

let unnamed = 0;

export class Variable {
  readonly name: string;
  readonly spec: StaticSpec;
  readonly savedDtype: DType;
  trainable: boolean;
  #storage: Storage | undefined;

  /**
   * @param initial its first value; the variable keeps shape and dtype for good.
   * @example
   * const count = new Variable(tensor(0));
   * count.assign(add(count, 1));
   */
  constructor(initial: Tensor, options: VariableOptions = {}) {
    const storage = initial.storage("variable");
    hold(storage);
    this.#storage = storage;
    this.spec = storage.spec;
    this.name = options.name ?? `variable_${unnamed++}`;
    this.trainable = options.trainable ?? true;
    this.savedDtype = options.savedDtype ?? this.spec.dtype;
  }

  get shape(): readonly number[] {
    return this.spec.shape;
  }
  get dtype(): DType {
    return this.spec.dtype;
  }

  /** The value now. The handle keeps these numbers, whatever is assigned later. */
  get value(): Tensor {
    const value = this.read();
    return context.readHook ? context.readHook(this, value) : value;
  }
  /** @internal The value as it is stored, past autocasting. */
  read(): Tensor {
    const value = context.trace ? context.trace.read(this) : new Tensor(this.spec, this.storage("value"));
    for (const r of context.recorders) r.read?.(this, value);
    return value;
  }

  /** Replaces the value. Shape and dtype must be the variable's. */
  assign(next: Tensor | Variable): this {
    const value = next instanceof Variable ? next.value : next;
    if (!sameShape(value.spec.shape as Shape, this.spec.shape)) {
      throw new ShapeError("assign", `the variable "${this.name}" keeps its shape`, { got: [this.spec, value.spec] });
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError("assign", `the variable "${this.name}" keeps its dtype`, {
        got: [this.spec, value.spec],
        hint: "Convert the value with cast().",
      });
    }
    if (context.trace) context.trace.assign(this, value);
    else assignAll([this], [value.storage("assign")]);
    return this;
  }

  /** @internal */
  storage(op: string): Storage {
    if (!this.#storage) throw new DisposedError(op, `the variable "${this.name}" was disposed`);
    return this.#storage;
  }
  /** @internal Takes a storage that is held already; the caller lets go of the one before, which is returned. */
  swap(next: Storage): Storage | undefined {
    const before = this.#storage;
    this.#storage = next;
    return before;
  }

  dispose(): void {
    const s = this.#storage;
    this.#storage = undefined;
    if (s) release(s);
  }
}

/**
 * Gives variables new storages, all together. The new ones are held before any old one is let go of: variables may swap theirs, or
 * keep them. What a program has consumed is nobody's any more.
 */
export function assignAll(variables: readonly Variable[], next: readonly Storage[]): void {
  next.forEach(hold);
  const before = variables.map((v, i) => v.swap(next[i]!));
  for (const s of before) if (s && s.holders > 0) release(s);
}
