// An allocator of address ranges: which bytes of a growing memory are in use. It touches no memory itself.

/** Every block starts at a multiple of this, a cache line. */
const alignment = 64;
/** Sizes are rounded up to one of eight steps per octave, so a block wastes at most an eighth. */
const stepBits = 3;
const binCount = 256;

/** A range of addresses, in use or free. Neighbours are linked in order of address. */
interface Block {
  readonly address: number;
  bytes: number;
  isFree: boolean;
  before: Block | undefined;
  after: Block | undefined;
  /** Links of the bin that holds this block while it is free. */
  newer: Block | undefined;
  older: Block | undefined;
}

/**
 * Two-level segregated fit (Masmano et al. 2004): free blocks sit in bins by size, the first bin that fits gives
 * its newest, a block is split when it is larger than asked and merged with its free neighbours when it comes
 * back. The time is bounded by the number of bins, and long runs do not fragment.
 */
export class Pool {
  readonly #bins: (Block | undefined)[] = new Array<Block | undefined>(binCount).fill(undefined);
  readonly #live: Map<number, Block> = new Map();
  #last: Block | undefined;
  #end: number;
  #liveBytes = 0;

  /** `start` is the first address that may be handed out. */
  constructor(start: number) {
    this.#end = roundUp(start, alignment);
  }

  /** Bytes handed out, rounding included. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get liveBlocks(): number {
    return this.#live.size;
  }

  /** The size of the block that would be handed out for this many bytes. */
  static blockBytes(bytes: number): number {
    const units = Math.max(1, Math.ceil(bytes / alignment));
    return roundUp(units, 2 ** Math.max(0, octaveOf(units) - stepBits)) * alignment;
  }

  /** The address of a block of at least this many bytes, or undefined when no free block is large enough. */
  alloc(bytes: number): number | undefined {
    const wanted = Pool.blockBytes(bytes);
    const block = this.#firstFit(wanted);
    if (block === undefined) return undefined;
    this.#unbin(block);
    this.#split(block, wanted);
    block.isFree = false;
    this.#live.set(block.address, block);
    this.#liveBytes += block.bytes;
    return block.address;
  }

  /** Takes a block back. An address that is not in use is a mistake of the caller, and an error. */
  free(address: number): void {
    const block = this.#live.get(address);
    if (block === undefined) throw new Error(`free: no block in use at address ${address}`);
    this.#live.delete(address);
    this.#liveBytes -= block.bytes;
    this.#release(block);
  }

  /** How many bytes must be appended before a block of this size can be had for sure. */
  missingBytes(bytes: number): number {
    const last = this.#last;
    return Pool.blockBytes(bytes) - (last?.isFree ? last.bytes : 0);
  }

  /** Takes over the addresses up to `end`, a multiple of 64. */
  extend(end: number): void {
    const block = newBlock(this.#end, end - this.#end, this.#last);
    if (this.#last !== undefined) this.#last.after = block;
    this.#last = block;
    this.#end = end;
    this.#release(block);
  }

  #firstFit(bytes: number): Block | undefined {
    for (let bin = binOf(bytes); bin < binCount; bin += 1) if (this.#bins[bin] !== undefined) return this.#bins[bin];
    return undefined;
  }

  #split(block: Block, bytes: number): void {
    const rest = block.bytes - bytes;
    if (rest === 0) return;
    const tail = newBlock(block.address + bytes, rest, block);
    this.#link(tail, block.after);
    block.after = tail;
    block.bytes = bytes;
    this.#bin(tail);
  }

  /** Puts a block into its bin, merged with its free neighbours. */
  #release(block: Block): void {
    if (block.after?.isFree) this.#append(block, this.#unbin(block.after));
    const { before } = block;
    if (before?.isFree) this.#bin(this.#append(this.#unbin(before), block));
    else this.#bin(block);
  }

  /** Makes a block longer by its neighbour. */
  #append(block: Block, next: Block): Block {
    block.bytes += next.bytes;
    this.#link(block, next.after);
    return block;
  }

  #link(block: Block, after: Block | undefined): void {
    block.after = after;
    if (after === undefined) this.#last = block;
    else after.before = block;
  }

  #bin(block: Block): void {
    const bin = binOf(block.bytes);
    block.isFree = true;
    block.newer = undefined;
    block.older = this.#bins[bin];
    if (block.older !== undefined) block.older.newer = block;
    this.#bins[bin] = block;
  }

  #unbin(block: Block): Block {
    if (block.older !== undefined) block.older.newer = block.newer;
    if (block.newer !== undefined) block.newer.older = block.older;
    else this.#bins[binOf(block.bytes)] = block.older;
    return block;
  }
}

function newBlock(address: number, bytes: number, before: Block | undefined): Block {
  return { address, bytes, isFree: false, before, after: undefined, newer: undefined, older: undefined };
}

/** The bin of blocks that have at least this class's size and less than the next one's. */
function binOf(bytes: number): number {
  const units = bytes / alignment;
  const octave = octaveOf(units);
  if (octave < stepBits) return units;
  return (octave - stepBits + 1) * 8 + ((units >>> (octave - stepBits)) & 7);
}

function octaveOf(units: number): number {
  return 31 - Math.clz32(units);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
