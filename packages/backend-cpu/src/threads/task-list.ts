/** The calls of one piece, written down; `interpreter.ts` says how they are laid out. */
import { CALL_BYTES, OWN_BYTES } from "./layout.ts";

/** Added to offsets into a thread's own scratch, so that they can be told from addresses. */
const OWN = 2 ** 33;
/** The accumulators' place in the scratch of whichever thread makes a call. */
export const OWN_ACCUMULATORS: number = OWN + CALL_BYTES;

export class TaskList {
  #words: Int32Array<ArrayBuffer> = new Int32Array(4096);
  #floats: Float32Array<ArrayBuffer> = new Float32Array(this.#words.buffer);
  #length = 0;
  /** Scratch that the piece needs. */
  scratchBytes: number = OWN_BYTES;

  /** Begins a piece. */
  begin(): void {
    this.#length = 0;
    this.scratchBytes = OWN_BYTES;
  }
  /** Adds a call; an argument is an address, a number (float32 where `floats` says so), or what `scratch` gave. */
  call(slot: number, floats: readonly boolean[] | undefined, values: readonly number[]): void {
    this.#reserve(values.length + 2);
    const words = this.#words;
    let mask = 0;
    let at = this.#length + 2;
    for (let i = 0; i < values.length; i++, at++) {
      const value = values[i]!;
      if (floats?.[i]) this.#floats[at] = value;
      else if (value >= OWN) {
        mask |= 1 << i;
        words[at] = value - OWN;
      } else words[at] = value;
    }
    words[this.#length] = slot | (values.length << 16);
    words[this.#length + 1] = mask;
    this.#length = at;
  }
  /** Scratch of the piece's own: an address on whichever thread makes its calls. */
  scratch(bytes: number): number {
    this.scratchBytes = Math.max(this.scratchBytes, OWN_BYTES + bytes);
    return OWN + OWN_BYTES;
  }
  get bytes(): number {
    return this.#length * 4;
  }
  /** The calls so far; valid until the next one. */
  get words(): Int32Array {
    return this.#words.subarray(0, this.#length);
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
