/** An HDF5 file being read: every access is checked against its end and paid from a budget. */
import { FormatError } from "@antler/tensor-core";
import { ByteReader, showBytes } from "../bytes.ts";

/** How often each byte of a file may be read as structure. Honest files read most bytes once, some twice. */
const READS_PER_BYTE = 8;
/** Keras's rule: a dataset above this many bytes, and above this many times what is stored of it, is a bomb. */
const BOMB_BYTES = 2 ** 32;
const BOMB_EXPANSION = 1000;

/**
 * The bytes, where in the tree the reader is, and what it may still spend. The budget is what makes every hostile
 * file end: structures that overlap, repeat or lead in circles are read again and again until it is spent.
 */
export class Hdf5File {
  /** Where in the tree the reader is: errors name it. */
  path = "/";
  readonly #bytes: Uint8Array;
  readonly #maxBytes: number;
  readonly #claimed = new Set<number>();
  #reads = 0;
  #declared = 0;

  constructor(bytes: Uint8Array, maxBytes: number) {
    this.#bytes = bytes;
    this.#maxBytes = maxBytes;
    this.begin("/");
  }
  /** Begins to read at a place in the tree, with a full budget. */
  begin(path: string): void {
    this.path = path;
    this.#reads = READS_PER_BYTE * this.#bytes.length;
  }

  readonly error = (problem: string): FormatError => new FormatError("readHdf5", `at ${this.path}: ${problem}`);

  /** A reader of the structure `what` at an address. */
  open(address: number | undefined, length: number, what: string): ByteReader {
    this.spend(length);
    return new ByteReader(this.raw(address, length, what), this.error);
  }
  /** As `open`, and checks the four letters a structure begins with. */
  openSigned(address: number | undefined, length: number, signature: string): ByteReader {
    const reader = this.open(address, length, signature);
    if (!startsWith(reader.take(4), signature)) throw this.error(`no ${signature} is where one should be (at byte ${address})`);
    return reader;
  }
  /** Bytes of data, not copied. */
  raw(address: number | undefined, length: number, what: string): Uint8Array {
    if (address === undefined) throw this.error(`no place is given for ${what}`);
    const end = address + length;
    if (end > this.#bytes.length) {
      throw this.error(`${what} should be at bytes ${address} to ${end}, and the file has ${this.#bytes.length}: is it cut off?`);
    }
    return this.#bytes.subarray(address, end);
  }
  /** Bytes from an address to the end of the file. */
  after(address: number): number {
    return Math.max(0, this.#bytes.length - address);
  }
  /** Pays for reading bytes. */
  spend(bytes: number): void {
    this.#reads -= bytes;
    if (this.#reads < 0) throw this.error("its parts overlap or lead in circles");
  }
  /** Takes an object into the tree: a second time there is a circle, or a link we do not follow. */
  claim(address: number): void {
    if (this.#claimed.has(address)) throw this.error("it is in the file under two names (a hard link), or contains itself");
    this.#claimed.add(address);
  }
  /** Refuses a dataset that would need more memory than allowed, before any of it is taken; `stored` is what the file has of it. */
  declare(bytes: number, stored: number = bytes): void {
    this.#declared += bytes;
    if (this.#declared > this.#maxBytes) {
      throw this.error(
        `the data up to here would take ${showBytes(this.#declared)}, and ${showBytes(this.#maxBytes)} are allowed (option maxBytes)`,
      );
    }
    if (bytes > BOMB_BYTES && bytes > BOMB_EXPANSION * stored) {
      throw this.error(`it says it has ${showBytes(bytes)} and the file stores ${showBytes(stored)} of them`);
    }
  }
}

export const startsWith = (bytes: Uint8Array, ascii: string): boolean =>
  bytes.length >= ascii.length && [...ascii].every((letter, i) => bytes[i] === letter.charCodeAt(0));
