/** A tensor: a handle to a shape, a dtype, and either stored numbers or a place in a graph being traced. */
import type { Storage } from "./backend.ts";
import { context, type Trace } from "./context.ts";
import { type DType, dtypeInfo, type TypedArray } from "./dtype.ts";
import { BackendError, DisposedError, TraceError } from "./errors.ts";
import { emit, listening } from "./events.ts";
import { formatTensor, type NestedArray, nest } from "./format.ts";
import type { Value } from "./graph.ts";
import { elements, isStatic, knownShape, type Shape, showShape } from "./shape.ts";
import type { Spec } from "./spec.ts";
import { hold, release } from "./storage.ts";

/** Handles nobody disposed of give their memory back when they are collected. */
const collected = new FinalizationRegistry<Storage>(release);
/**
 * Handles of this turn. Engines put what a registry notes where only a full collection finds it, and most handles are disposed
 * of in the turn that makes them: the others are noted at its end, before which none could be reported.
 */
let fresh = new Set<Tensor>();
const note = (): void => {
  for (const t of fresh) collected.register(t, t.source as Storage, t);
  fresh = new Set();
};

export class Tensor {
  readonly spec: Spec;
  /** @internal The trace that collects every op on this tensor, also where no function is being traced: symbolic tensors have one. */
  declare readonly trace?: Trace;
  #source: Storage | Value | undefined;

  /** @internal Use `tensor()` or an op. */
  constructor(spec: Spec, source: Storage | Value) {
    this.spec = spec;
    this.#source = source;
    if ("holders" in source) {
      hold(source);
      if (!fresh.size) queueMicrotask(note);
      fresh.add(this);
      context.scope?.track(this);
    }
  }

  /** The sizes, all known. Throws an UnknownSizeError in a trace with unknown sizes; `dims` never throws. */
  get shape(): readonly number[] {
    return isStatic(this.spec.shape) ? this.spec.shape : knownShape("shape", this.spec.shape);
  }
  /** The sizes, numbers or symbols. */
  get dims(): Shape {
    return this.spec.shape;
  }
  get dtype(): DType {
    return this.spec.dtype;
  }
  get rank(): number {
    return this.spec.shape.length;
  }
  /** How many elements there are. */
  get size(): number {
    return elements(this.shape);
  }

  /** @internal */
  get source(): Storage | Value {
    if (!this.#source) throw new DisposedError("tensor", "it was disposed", { got: [this.spec] });
    return this.#source;
  }
  /** @internal The storage of an eager tensor. */
  storage(op: string): Storage {
    const s = this.source;
    if (!("holders" in s)) {
      throw new TraceError(op, `a tensor of ${context.trace?.name ?? "a function"} has no numbers while it is traced`, {
        got: [this.spec],
        hint: "Return it and read the result.",
      });
    }
    return s;
  }

  /** The numbers in row-major order: a copy in the dtype's typed array (bool as 0 and 1, 16-bit floats as bits). Waits for the device. */
  async data(): Promise<TypedArray> {
    const s = this.storage("data");
    return this.#view(s, await s.backend.read(s));
  }
  /** As `data()`, without waiting; a BackendError where the backend can only read asynchronously. */
  dataSync(): TypedArray {
    const s = this.storage("dataSync");
    if (!s.backend.readSync) {
      throw new BackendError("dataSync", `${s.backend.name} reads asynchronously`, { hint: "Use `await tensor.data()`." });
    }
    return this.#view(s, s.backend.readSync(s));
  }
  #view(s: Storage, bytes: Uint8Array): TypedArray {
    if (listening()) emit({ kind: "read", backend: s.backend.name, bytes: bytes.byteLength });
    return new (dtypeInfo(this.dtype).array)(bytes.buffer as ArrayBuffer);
  }

  /** The numbers as nested arrays; a plain number for a scalar, booleans for bool. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape, this.dtype);
  }
  arraySync(): NestedArray {
    return nest(this.dataSync(), this.shape, this.dtype);
  }
  /** Writes dtype, shape and numbers to the console, long axes shortened. */
  print(): void {
    console.log(`${this}`);
  }
  toString(): string {
    const s = this.#source;
    return s && "holders" in s && s.backend.readSync
      ? formatTensor(this.dataSync(), this.shape, this.dtype)
      : `Tensor(${this.dtype}${showShape(this.dims)})`;
  }

  get isDisposed(): boolean {
    return !this.#source;
  }
  /** Gives the memory back now instead of when the handle is collected. Disposing twice does nothing. */
  dispose(): void {
    const s = this.#source;
    this.#source = undefined;
    if (s && "holders" in s) {
      if (!fresh.delete(this)) collected.unregister(this);
      release(s);
    }
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
