// The backend's one linear memory: allocation, scratch, and the only place where views of it are made.

import { largestHolders, OutOfMemoryError } from "@antler/tensor-core";
import { Pool } from "./pool.ts";
import { RESERVED_BYTES } from "./threads/layout.ts";

const pageBytes = 65536;
/** The last of the 65,536 pages is never used, so that the end of any block still fits 32 bits. */
const pageLimit = 65535;

export interface MemoryOptions {
  /** Whether workers are to share the memory; what came of it, `Memory.shared` tells. Default: false. */
  readonly shared?: boolean;
  /** Default: 16 MiB. */
  readonly initialBytes?: number;
  /** Growing beyond this fails. Default: 4 GiB less one page. */
  readonly maximumBytes?: number;
}

export interface MemoryStats {
  /** Bytes in use, scratch included, sizes rounded up to their class. */
  readonly liveBytes: number;
  /** Bytes of the linear memory. */
  readonly reservedBytes: number;
  /** Blocks in use, scratch included. */
  readonly blocks: number;
}

/**
 * A pool of blocks in one WebAssembly memory. Pointers are byte addresses from `RESERVED_BYTES` up to 2^32, multiples
 * of 64. A view must not be kept across an allocation: growing detaches the views of a plain memory, and
 * leaves those of a shared one silently short.
 */
export class Memory {
  readonly memory: WebAssembly.Memory;
  /** Modules must be assembled for the same. */
  readonly shared: boolean;
  readonly #maximumPages: number;
  readonly #pool: Pool = new Pool(RESERVED_BYTES);
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #f32: Float32Array<ArrayBuffer> = new Float32Array(0);
  #i32: Int32Array<ArrayBuffer> = new Int32Array(0);

  constructor(options: MemoryOptions = {}) {
    const { shared = false, initialBytes = 16 * 1024 * 1024, maximumBytes = pageLimit * pageBytes } = options;
    const wanted = Math.min(pageLimit, Math.ceil(maximumBytes / pageBytes));
    const initial = Math.min(wanted, Math.max(1, Math.ceil(initialBytes / pageBytes)));
    const obtained = obtain(initial, wanted, shared);
    this.memory = obtained.memory;
    this.shared = obtained.shared;
    this.#maximumPages = obtained.maximum;
    this.#refresh();
    this.#pool.extend(initial * pageBytes);
  }

  /** A block of at least this many bytes, contents undefined. Throws OutOfMemoryError. */
  alloc(bytes: number): number {
    if (bytes > this.#maximumPages * pageBytes) this.#fail(bytes);
    const pointer = this.#pool.alloc(bytes);
    if (pointer !== undefined) return pointer;
    this.#grow(bytes);
    return this.#pool.alloc(bytes) ?? this.#fail(bytes);
  }

  free(pointer: number): void {
    this.#pool.free(pointer);
  }

  /** All of memory as bytes; `bytes()[pointer]`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** All of memory as float32; `f32()[pointer >>> 2]`. */
  f32(): Float32Array<ArrayBuffer> {
    return this.#f32;
  }

  /** All of memory as int32; `i32()[pointer >>> 2]`. */
  i32(): Int32Array<ArrayBuffer> {
    return this.#i32;
  }

  get stats(): MemoryStats {
    const { liveBytes, liveBlocks } = this.#pool;
    return { liveBytes, reservedBytes: this.memory.buffer.byteLength, blocks: liveBlocks };
  }

  #grow(bytes: number): void {
    const pages = this.memory.buffer.byteLength / pageBytes;
    const needed = Math.ceil(this.#pool.missingBytes(bytes) / pageBytes);
    const room = this.#maximumPages - pages;
    if (needed > room) this.#fail(bytes);
    // An eighth more than there is, so that a long series of small blocks grows memory only now and then.
    const generous = Math.min(room, Math.max(needed, Math.ceil(pages / 8)));
    for (const count of [generous, needed]) {
      try {
        this.memory.grow(count);
        this.#refresh();
        this.#pool.extend(this.#bytes.length);
        return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    this.#fail(bytes);
  }

  #fail(bytes: number): never {
    const { reservedBytes, liveBytes, blocks } = this.stats;
    const problem = `cannot allocate ${bytes} bytes; of ${reservedBytes}, ${liveBytes} are in use in ${blocks} blocks`;
    throw new OutOfMemoryError("cpu", problem, { hint: largestHolders() });
  }

  #refresh(): void {
    // The DOM's types know no shared WebAssembly memory; a view works the same on either kind of buffer.
    const buffer = this.memory.buffer as ArrayBuffer;
    this.#bytes = new Uint8Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#i32 = new Int32Array(buffer);
  }
}

interface Obtained {
  readonly memory: WebAssembly.Memory;
  readonly maximum: number;
  readonly shared: boolean;
}
/**
 * Engines reserve the addresses of a shared memory up to its maximum, and some have no 4 GiB left in one piece: a smaller
 * one then, and rather a plain one than less than a quarter of it. Throws OutOfMemoryError.
 */
function obtain(initial: number, wanted: number, shared: boolean): Obtained {
  const least = Math.max(initial, Math.min(wanted, shared ? pageLimit >> 2 : 0));
  for (let maximum = wanted; maximum >= least; maximum = Math.floor(maximum / 2)) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximum, shared };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  if (shared) return obtain(initial, wanted, false);
  const hint = "Other pages or programs hold it; a reload may give it back.";
  throw new OutOfMemoryError("cpu", `the engine gives no WebAssembly memory, not even ${initial * pageBytes} bytes`, { hint });
}

/** A block for intermediate data that grows with what is asked of it: one place, used again and again. */
export class Region {
  readonly #memory: Memory;
  #pointer = 0;
  #bytes = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** At least this many bytes, contents undefined; what was given before is no longer valid. Throws OutOfMemoryError. */
  reserve(bytes: number): number {
    if (bytes > this.#bytes) {
      this.release();
      this.#pointer = this.#memory.alloc(bytes);
      this.#bytes = Pool.blockBytes(bytes);
    }
    return this.#pointer;
  }

  /** Gives the block back; what was reserved is no longer valid. */
  release(): void {
    if (this.#bytes > 0) this.#memory.free(this.#pointer);
    this.#bytes = 0;
  }
}
