// A growing byte array and the number encodings of the WebAssembly binary format.

/** Bytes written one after another; the array behind them doubles when it is full. */
export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#reserve(1);
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
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Unsigned LEB128 in exactly five bytes, so that the number can be patched in later. */
  paddedUnsigned(value: number): this {
    return this.bytes(paddedUnsigned(value));
  }

  /** Signed LEB128 of a 32-bit integer; unsigned ones (pointers) may be given too. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if (rest === (low & 0x40 ? -1 : 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if (rest === (low & 0x40 ? -1n : 0n)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  float32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value, true);
    return this.bytes(new Uint8Array(view.buffer));
  }

  float64(value: number): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    return this.bytes(new Uint8Array(view.buffer));
  }

  /** A name: its length in bytes, then UTF-8. */
  name(text: string): this {
    const utf8 = new TextEncoder().encode(text);
    return this.unsigned(utf8.length).bytes(utf8);
  }

  /** The content of another sink, preceded by its length in bytes. */
  sized(content: ByteSink): this {
    return this.unsigned(content.length).bytes(content.view());
  }

  /** Overwrites bytes written earlier. */
  patch(offset: number, values: ArrayLike<number>): this {
    this.#bytes.set(values, offset);
    return this;
  }

  /** What was written so far; valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.view());
    this.#bytes = grown;
  }
}

/** Unsigned LEB128 stretched to five bytes by zero groups, which decoders must accept. */
export function paddedUnsigned(value: number): number[] {
  return [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
}
