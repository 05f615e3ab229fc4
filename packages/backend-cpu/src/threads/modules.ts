/**
 * Modules of generated kernels that other threads shall run too. A thread asleep in WebAssembly receives no messages, so
 * modules lie in shared memory, as a list that only grows: [the one before, first slot, bytes, the bytes …]. A thread puts
 * the functions of a module, in the order of their exports, into the same slots of a table of its own.
 */
import type { Memory } from "../memory.ts";
import { LAST_MODULE } from "./layout.ts";

export interface KernelModule {
  readonly bytes: Uint8Array;
  /** In the order of the module's exports. */
  readonly functions: readonly ((args: number) => void)[];
}

/** A call names its slot in 16 bits; so many slots are kept free for the modules of one job. */
const slotLimit = 0xffff;
const sparedSlots = 0x2000;

export class ModuleList {
  readonly #memory: Memory;
  readonly #table: WebAssembly.Table;
  /** Slot 0 stays empty. */
  #nextSlot = 1;
  readonly #slots = new WeakMap<KernelModule, number>();
  readonly #blocks: number[] = [];
  readonly #hall: number;

  constructor(memory: Memory, table: WebAssembly.Table, hall: number) {
    this.#hall = hall;
    this.#memory = memory;
    this.#table = table;
  }

  /** Whether it is time to begin anew. */
  get isFull(): boolean {
    return this.#nextSlot > slotLimit - sparedSlots;
  }

  /** The slot of a module's first function; handed out to all threads if it is new, before the piece that calls it. */
  slotOf(module: KernelModule): number {
    const known = this.#slots.get(module);
    if (known !== undefined) return known;
    const { bytes, functions } = module;
    const slot = this.#nextSlot;
    const at = this.#memory.alloc(12 + bytes.length);
    const words = this.#memory.i32();
    words.set([words[(this.#hall + LAST_MODULE) >>> 2]!, slot, bytes.length], at >>> 2);
    this.#memory.bytes().set(bytes, at + 12);
    const { length } = this.#table;
    if (length < slot + functions.length) this.#table.grow(slot + functions.length + 1024 - length);
    functions.forEach((f, i) => this.#table.set(slot + i, f));
    Atomics.store(words, (this.#hall + LAST_MODULE) >>> 2, at);
    this.#blocks.push(at);
    this.#slots.set(module, slot);
    this.#nextSlot = slot + functions.length;
    return slot;
  }

  /** Gives the memory back, when no thread is left that looks there. */
  dispose(): void {
    for (const at of this.#blocks.splice(0)) this.#memory.free(at);
    for (let slot = 1; slot < this.#nextSlot; slot++) this.#table.set(slot, null);
  }
}
