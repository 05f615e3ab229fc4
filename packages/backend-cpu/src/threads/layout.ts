/**
 * Where threads meet: the offsets of words in a block of memory, the hall. Words that change apart lie in cache lines
 * apart. A crew that is dismissed leaves its hall for good: whoever still looks there finds no work, and cannot disturb the next.
 */

/** int64: the number of the job in the upper half, the next piece of it to be claimed in the lower. */
export const CLAIM = 0;
/** int32: how many pieces of the job are done. */
export const DONE = 64;
/** int32: changes when there is more to do; sleeping workers wait for that. */
export const BELL = 128;
/** What the job is: the list of its pieces, how many there are so far, the scratch of thread 0, and how much each thread has. */
export const JOB = { list: 192, count: 196, scratch: 200, scratchBytes: 204 } as const;
/** int32: the address of the last module handed out, see `modules.ts`; 0 while there is none. */
export const LAST_MODULE = 256;
/** int32: how many workers have come to life. */
export const ALIVE = 320;
/** int32: 1 where a worker may have fallen asleep since the bell last rang for one. */
export const ASLEEP = 384;
export const HALL_BYTES = 448;

/** Where the arguments of a kernel are that the calling thread runs itself. */
export const ARGUMENTS = 1024;
const argumentWords = 4096;
/** Buffers of a kernel, at most; the rest of the words are for sizes and ranges. */
export const BUFFERS: number = argumentWords - 256;
/** Room for the accumulators of a generated kernel. */
export const ACCUMULATOR_BYTES = 8192;
/** Where the accumulators of a kernel are that the calling thread runs itself. */
export const ACCUMULATORS: number = ARGUMENTS + argumentWords * 4;
/** The first address that blocks may have. */
export const RESERVED_BYTES: number = ACCUMULATORS + ACCUMULATOR_BYTES;

/** Every thread's scratch begins with room for the arguments of one call, and for accumulators. */
export const CALL_BYTES = 128;
export const OWN_BYTES: number = CALL_BYTES + ACCUMULATOR_BYTES;
