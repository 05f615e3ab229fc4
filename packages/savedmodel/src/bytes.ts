/** Little-endian bytes: read in order and never past their end, and written in order. */
import type { FormatError } from "@antler/tensor-core";

/** Makes the error of a format for a problem found in a file. */
export type ErrorOf = (problem: string) => FormatError;

/** The most memory that reading a file may take where nobody says otherwise: 2 GiB, about what a browser's tab survives. */
export const DEFAULT_MAX_BYTES: number = 2 ** 31;

/** Reads numbers and bytes one after the other; past the end there is an error, never `undefined` or zeros. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #view: DataView;
  readonly #error: ErrorOf;

  constructor(bytes: Uint8Array, error: ErrorOf) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#error = error;
  }
  /** Bytes that are left to read. */
  get left(): number {
    return this.bytes.length - this.at;
  }
  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  /** 64 bits as a number: an error above 2^53 - 1, where no size or place of a real file lies. */
  u64(): number {
    const value = this.address();
    if (value === undefined) throw this.#error("it says 2^64 - 1 where a size belongs");
    return value;
  }
  /** A place in a file; `undefined` where all bits are set, which is how formats say "nowhere". */
  address(): number | undefined {
    const low = this.u32();
    const high = this.u32();
    if (low === 0xffffffff && high === 0xffffffff) return undefined;
    const value = high * 2 ** 32 + low;
    if (value > Number.MAX_SAFE_INTEGER) throw this.#error(`it says ${value} where a size or a place belongs`);
    return value;
  }
  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(bytes: number): number {
    return bytes === 1 ? this.u8() : bytes === 2 ? this.u16() : bytes === 4 ? this.u32() : this.u64();
  }
  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.#step(length);
    return this.bytes.subarray(start, start + length);
  }
  /** A reader of the next bytes alone. */
  part(length: number): ByteReader {
    return new ByteReader(this.take(length), this.#error);
  }
  skip(length: number): void {
    this.#step(length);
  }
  /** Goes on at a multiple of 8, or at the end where that comes first. */
  align8(): void {
    this.at = Math.min(pad8(this.at), this.bytes.length);
  }
  /** Text up to a zero byte, which is skipped. */
  zeroTerminated(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw this.#error("a text in it has no end");
    const text = decodeText(this.take(end - this.at), this.#error);
    this.at++;
    return text;
  }
  #step(length: number): number {
    const start = this.at;
    if (length > this.left) throw this.#error(`it ends where ${length} more bytes should be: is it cut off?`);
    this.at += length;
    return start;
  }
}

/** Collects numbers and bytes one after the other. For what is small: headers, not weights. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }
  /** A number as 64 bits; `undefined` sets all of them. */
  u64(value: number | undefined): this {
    return value === undefined ? this.u32(0xffffffff).u32(0xffffffff) : this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }
  put(bytes: ArrayLike<number>): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  ascii(text: string): this {
    return this.put(encodeText(text));
  }
  zeros(count: number): this {
    this.#grow(count);
    return this;
  }
  align8(): this {
    return this.zeros(pad8(this.length) - this.length);
  }
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
  #grow(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length > this.#bytes.length) {
      const old = this.#bytes;
      this.#bytes = new Uint8Array(Math.max(2 * old.length, this.length));
      this.#bytes.set(old);
      this.#view = new DataView(this.#bytes.buffer);
    }
    return at;
  }
}

/** The same bytes as a plain array: the `slice` of Node's Buffer copies nothing. */
export const plainBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

/** Zeros; an error of the format where the machine has no room for them. */
export function allocate(bytes: number, error: ErrorOf): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw error(`there is no memory for its ${showBytes(bytes)}`);
  }
}

/** The next multiple of 8. */
export const pad8 = (length: number): number => Math.ceil(length / 8) * 8;

export const encodeText = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** UTF-8 as text; an error where it is not UTF-8. */
export function decodeText(bytes: Uint8Array, error: ErrorOf): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw error("a text in it is not UTF-8");
  }
}

/** A number of bytes as people read it. */
export function showBytes(bytes: number): string {
  const power = Math.min(5, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"][power]}`;
}
