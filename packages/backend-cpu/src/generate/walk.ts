/** Loops over memory: counters, and a pointer for every stream of addresses that a kernel reads or writes. */
import { type Axis, coefficient, type Index, type Kernel, type Size } from "@antler/compiler";
import { dtypeInfo } from "@antler/tensor-core";
import type { FunctionBuilder, Local } from "../wasm/index.ts";
import type { Lanes, Schedule } from "./schedule.ts";

/** A buffer walked by an affine index; its pointer moves with the loops. */
export interface Stream {
  readonly slot: number;
  readonly index: Index;
  readonly bytes: number;
}

export const isAffine = (index: Index): boolean => index.terms.every((t) => t.atom.kind === "axis");

export class Walk {
  readonly f: FunctionBuilder;
  readonly kernel: Kernel;
  readonly buffers: readonly Local[];
  readonly #params: ReadonlyMap<Size, Local>;
  readonly #block: readonly Local[];
  readonly #streams = new Map<string, Stream>();
  readonly #pointers = new Map<string, Local>();
  readonly counters: Map<Axis, Local> = new Map();

  constructor(f: FunctionBuilder, kernel: Kernel) {
    this.f = f;
    this.kernel = kernel;
    const count = kernel.buffers.length + kernel.params.length + (kernel.blocked ? 4 : 0);
    const locals = f.parameters(...Array.from({ length: count }, () => "i32" as const));
    this.buffers = locals.slice(0, kernel.buffers.length);
    this.#params = new Map(kernel.params.map((p, k) => [p, locals[kernel.buffers.length + k]!]));
    this.#block = locals.slice(kernel.buffers.length + kernel.params.length);
  }

  /** Pushes a multiple of a size. */
  size(s: Size, times = 1): FunctionBuilder {
    if (typeof s === "number") return this.f.i32(s * times);
    this.f.get(this.#params.get(s)!);
    return times === 1 ? this.f : this.f.i32(times).i32Mul();
  }

  #key(slot: number, index: Index): string {
    return `${slot}@${index.key}`;
  }
  /** Declares an address stream, before any loop is entered. */
  declare(slot: number, index: Index): void {
    const key = this.#key(slot, index);
    if (this.#streams.has(key) || !isAffine(index)) return;
    const stream: Stream = { slot, index, bytes: dtypeInfo(this.kernel.buffers[slot]!).bytes };
    this.#streams.set(key, stream);
    if (index.constant === 0) {
      this.#pointers.set(key, this.buffers[slot]!);
      return;
    }
    const p = this.f.local("i32");
    this.f.get(this.buffers[slot]!);
    this.size(index.constant, stream.bytes).i32Add().set(p);
    this.#pointers.set(key, p);
  }
  /** The address at the loops' present place; of the first lane in a vector loop. */
  pointer(slot: number, index: Index): Local {
    return this.#pointers.get(this.#key(slot, index))!;
  }

  /** Enters a loop over all of an axis, or a block's part of it: pointers that move along it get locals of their own. */
  enter(axis: Axis): Loop {
    const { f, kernel } = this;
    const at = kernel.blocked ? kernel.space.indexOf(axis) : -1;
    const [from, to] = at < 0 ? [] : this.#block.slice(2 * at);
    const [counter, end] = f.localsOf("i32", 2);
    f.push(from ?? 0).set(counter);
    if (to) f.get(to).set(end);
    else this.size(axis.extent).set(end);
    const before = new Map(this.#pointers);
    const moving: { pointer: Local; by: Size; bytes: number }[] = [];
    for (const [key, stream] of this.#streams) {
      const by = coefficient(stream.index, axis) ?? 0;
      if (by === 0) continue;
      const pointer = f.local("i32");
      f.get(this.#pointers.get(key)!);
      if (from) {
        f.get(from);
        this.size(by, stream.bytes).i32Mul().i32Add();
      }
      f.set(pointer);
      this.#pointers.set(key, pointer);
      moving.push({ pointer, by, bytes: stream.bytes });
    }
    this.counters.set(axis, counter);
    const advance = (step: number): void => {
      for (const { pointer, by, bytes } of moving) {
        f.get(pointer);
        this.size(by, bytes * step)
          .i32Add()
          .set(pointer);
      }
      f.increase(counter, step);
    };
    const leave = (): void => {
      for (const [key, p] of before) this.#pointers.set(key, p);
      this.counters.delete(axis);
    };
    return { counter, end, advance, leave, static: !from && typeof axis.extent === "number" ? axis.extent : undefined };
  }

  /** Runs the body for every place of an axis. */
  loop(axis: Axis, body: () => void): void {
    const l = this.enter(axis);
    this.f.whileBelow(l.counter, l.end, () => {
      body();
      l.advance(1);
    });
    l.leave();
  }

  /**
   * Runs the body along an axis in steps of `units` vectors, then of one vector, then of single elements.
   */
  vectorLoop(axis: Axis, { unroll, width }: Pick<Schedule, "unroll" | "width">, body: (units: number, lanes: Lanes) => void): void {
    const { f } = this;
    const l = this.enter(axis);
    let left = l.static ?? Number.POSITIVE_INFINITY;
    for (const step of new Set([width * unroll, width, 1])) {
      if (left < step) continue;
      left = l.static === undefined ? left : left % step;
      const lanes = step === 1 ? 1 : width;
      const stop = f.local("i32");
      // counter + step ≤ end, written so that it cannot wrap below zero.
      f.get(l.end)
        .get(l.counter)
        .i32Sub()
        .i32(step)
        .i32GeU()
        .if(() => {
          f.get(l.end)
            .i32(step - 1)
            .i32Sub()
            .set(stop);
          f.loop((again) => {
            body(step / lanes, lanes);
            l.advance(step);
            f.get(l.counter).get(stop).i32LtU().branchIf(again);
          });
        });
    }
    l.leave();
  }
}

interface Loop {
  readonly counter: Local;
  readonly end: Local;
  readonly static: number | undefined;
  /** Moves counter and pointers on. */
  advance(step: number): void;
  leave(): void;
}
