/** What kernels made of inputs that come again, weights above all: made once, kept as long as the input lives. */
import { OutOfMemoryError, type RunOptions } from "@antler/tensor-core";
import type { Block } from "./layout.ts";
import type { Bound, Frame } from "./program.ts";

/** What was made of a storage, whose numbers never change; undefined when it was met once, null where there was no room. */
export interface Keeper {
  kept: Map<string, Block | null | undefined> | undefined;
}

/** A smaller part of a kernel's time is not worth the room. */
const LEAST_PART = 0.01;

export class Kept {
  readonly #allocate: (bytes: number) => Block;
  readonly #drop: (block: Block) => void;
  readonly #keepers = new Set<Keeper>();

  constructor(allocate: (bytes: number) => Block, drop: (block: Block) => void) {
    this.#allocate = allocate;
    this.#drop = drop;
  }

  /** The frame of a run with what is kept for it. An input that is met for the second time is one to make something of. */
  add({ preparations }: Bound, frame: Frame, inputs: readonly Keeper[], donate: RunOptions["donate"]): Frame {
    if (preparations.every(({ part }) => part < LEAST_PART)) return frame;
    const prepared = preparations.map(({ input, bytes, key, part, make }) => {
      if (donate?.[input] || part < LEAST_PART) return undefined;
      const keeper = inputs[input]!;
      keeper.kept ??= new Map();
      if (!keeper.kept.has(key)) keeper.kept.set(key, undefined);
      else if (keeper.kept.get(key) === undefined) {
        const block = this.#room(bytes);
        keeper.kept.set(key, block);
        this.#keepers.add(keeper);
        if (block) make(frame, block.buffer);
      }
      return keeper.kept.get(key)?.buffer;
    });
    return { ...frame, prepared };
  }
  #room(bytes: number): Block | null {
    try {
      return this.#allocate(bytes);
    } catch (error) {
      if (error instanceof OutOfMemoryError) return null;
      throw error;
    }
  }

  /** Gives back what was made of a storage. */
  release(keeper: Keeper): void {
    if (!keeper.kept) return;
    for (const block of keeper.kept.values()) if (block) this.#drop(block);
    keeper.kept = undefined;
    this.#keepers.delete(keeper);
  }
  /** Gives all of it back, for want of room. Returns whether there was any. */
  clear(): boolean {
    const some = this.#keepers.size > 0;
    for (const keeper of this.#keepers) this.release(keeper);
    return some;
  }
}
