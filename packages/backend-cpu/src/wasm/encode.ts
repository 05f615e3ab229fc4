// A growing array of bytes and the number encodings of the WebAssembly binary format.

/** Bytes written one after another; the array behind them doubles when it is full. */
export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** Unsigned LEB128 of an integer below 2^32. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit integer; unsigned ones (pointers) may be given too. */
  signed(value: number): this {
    let rest = value | 0;
    for (; rest !== (rest << 25) >> 25; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest & 0x7f);
  }

  /** A name of ASCII characters behind its length. */
  name(text: string): this {
    return this.sized(Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** Bytes behind their number. */
  sized(content: ArrayLike<number>): this {
    return this.unsigned(content.length).bytes(content);
  }

  /** What was written so far; valid until the next write. */
  view(start = 0, end: number = this.#length): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(start, end);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(needed * 2);
    grown.set(this.view());
    this.#bytes = grown;
  }
}
