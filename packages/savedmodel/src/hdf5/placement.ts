/** Where the parts of a file being written will lie: places are given out first, bytes are made afterwards, one part at a time. */
import { pad8 } from "../bytes.ts";

interface Part {
  readonly address: number;
  readonly bytes: () => Uint8Array;
}

export class Placement {
  readonly #parts: Part[] = [];
  #end: number;

  /** The first `start` bytes are kept free. */
  constructor(start: number) {
    this.#end = start;
  }
  /** The size of the file. */
  get end(): number {
    return this.#end;
  }
  /** Gives a part its address, a multiple of 8; `bytes` is asked for once all places are known. */
  reserve(size: number, bytes: () => Uint8Array): number {
    const address = pad8(this.#end);
    this.#end = address + size;
    this.#parts.push({ address, bytes });
    return address;
  }
  place(bytes: Uint8Array): number {
    return this.reserve(bytes.length, () => bytes);
  }
  /** The file. */
  assemble(start: Uint8Array): Uint8Array<ArrayBuffer> {
    const file = new Uint8Array(this.#end);
    file.set(start);
    for (const { address, bytes } of this.#parts) file.set(bytes(), address);
    return file;
  }
}
