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

/** The axes of which a call does a range: a blocked kernel's rows and columns, else the outermost. */
export const rangedAxes = ({ space, blocked }: Kernel): readonly Axis[] => (blocked ? space : space.slice(0, 1));

export class Walk {
  readonly f: FunctionBuilder;
  readonly kernel: Kernel;
  /** Where accumulators may be put, if the kernel wants to. */
  readonly scratch: Local | undefined;
  readonly buffers: readonly Local[];
  readonly #params: ReadonlyMap<Size, Local>;
  /** Where each of some outer loops begins and ends; the others run over all of their axis. */
  readonly #ranges: ReadonlyMap<Axis, readonly [from: Local, to: Local]>;
  readonly #streams = new Map<string, Stream>();
  readonly #pointers = new Map<string, Local>();
  readonly counters: Map<Axis, Local> = new Map();
  readonly #ends = new Map<Axis, Local>();

  constructor(f: FunctionBuilder, kernel: Kernel, hasScratch: boolean) {
    this.f = f;
    this.kernel = kernel;
    const [given] = f.parameters("i32");
    let word = 0;
    const next = (): Local => {
      const local = f.local("i32");
      f.get(given)
        .i32Load(4 * word++)
        .set(local);
      return local;
    };
    this.scratch = hasScratch ? next() : undefined;
    this.buffers = kernel.buffers.map(next);
    this.#params = new Map(kernel.params.map((p) => [p, next()]));
    this.#ranges = new Map(rangedAxes(kernel).map((axis) => [axis, [next(), next()]]));
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

  /**
   * Enters a loop over an axis, or a range of it: pointers that move along it get locals of their own. `within` a loop over the same
   * axis it does so many places from there on, or as many as are left.
   */
  enter(axis: Axis, within = 0): Loop {
    const { f, kernel } = this;
    const [from, to] = within ? [] : (this.#ranges.get(axis) ?? []);
    const [outer, last] = [this.counters.get(axis), this.#ends.get(axis)];
    const [counter, end] = f.localsOf("i32", 2);
    f.push(outer ?? from ?? 0).set(counter);
    if (outer) {
      f.get(outer).i32(within).i32Add().set(end);
      f.get(end).get(last!).get(end).get(last!).i32LtU().select().set(end);
    } else if (to) f.get(to).set(end);
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
    this.#ends.set(axis, end);
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
      if (outer) {
        this.counters.set(axis, outer);
        this.#ends.set(axis, last!);
      } else this.counters.delete(axis);
    };
    // A range of a kernel that is not blocked begins and ends at whole steps, or at the axis' end.
    return { counter, end, advance, leave, static: !kernel.blocked && typeof axis.extent === "number" ? axis.extent : undefined };
  }

  /** Runs the body for every place of an axis, or one in so many. */
  loop(axis: Axis, body: () => void, { step = 1, within = 0 }: { readonly step?: number; readonly within?: number } = {}): void {
    const l = this.enter(axis, within);
    this.f.whileBelow(l.counter, l.end, () => {
      body();
      l.advance(step);
    });
    l.leave();
  }

  /**
   * Runs the body along an axis in steps of `units` vectors, then of one vector, then of single elements.
   */
  vectorLoop(axis: Axis, { unroll, width, within = 0 }: Steps, body: (units: number, lanes: Lanes) => void): void {
    const { f } = this;
    const l = this.enter(axis, within);
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

export interface Steps extends Pick<Schedule, "unroll" | "width"> {
  /** How much of a loop over the same axis outside is done; absent where there is none. */
  readonly within?: number;
}
interface Loop {
  readonly counter: Local;
  readonly end: Local;
  readonly static: number | undefined;
  /** Moves counter and pointers on. */
  advance(step: number): void;
  leave(): void;
}
