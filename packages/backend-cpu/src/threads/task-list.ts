/** A list of pieces in the making, see `interpreter.ts` for how it is laid out. */
import type { Memory } from "../memory.ts";
import { CALL_BYTES } from "./layout.ts";

/** Added to offsets into a thread's own scratch, so that they can be told from addresses. */
const OWN = 2 ** 33;

export class TaskList {
  #words: Int32Array<ArrayBuffer> = new Int32Array(4096);
  #floats: Float32Array<ArrayBuffer> = new Float32Array(this.#words.buffer);
  #length = 0;
  #pieces = 0;
  /** The most scratch that a piece has asked for. */
  scratchBytes = 0;

  /** Begins a list of so many pieces. */
  start(pieces: number): void {
    this.#pieces = 0;
    this.#length = pieces + 1;
    this.scratchBytes = CALL_BYTES;
    this.#reserve(0);
  }
  /** Begins the next piece, or after the last one the end. */
  mark(): void {
    this.#words[this.#pieces++] = this.#length * 4;
  }
  /** Adds a call; an argument is an address, a number (float32 where `floats` says so), or what `scratch` gave. */
  call(slot: number, floats: readonly boolean[] | undefined, values: readonly number[]): void {
    this.#reserve(values.length + 2);
    let mask = 0;
    let at = this.#length + 2;
    for (let i = 0; i < values.length; i++, at++) {
      const value = values[i]!;
      if (floats?.[i]) this.#floats[at] = value;
      else if (value >= OWN) {
        mask |= 1 << i;
        this.#words[at] = value - OWN;
      } else this.#words[at] = value;
    }
    this.#words[this.#length] = slot | (values.length << 16);
    this.#words[this.#length + 1] = mask;
    this.#length = at;
  }
  /** Scratch of the piece's own: an address on whichever thread makes its calls. */
  scratch(bytes: number): number {
    this.scratchBytes = Math.max(this.scratchBytes, CALL_BYTES + bytes);
    return OWN + CALL_BYTES;
  }
  get bytes(): number {
    return this.#length * 4;
  }
  copyTo(memory: Memory, address: number): void {
    memory.i32().set(this.#words.subarray(0, this.#length), address >>> 2);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#words.length) return;
    const grown = new Int32Array(needed * 2);
    grown.set(this.#words);
    this.#words = grown;
    this.#floats = new Float32Array(grown.buffer);
  }
}
