/** Threads that share jobs piece by piece. They start with the first job; a crew that lost one is dismissed as a whole. */
import { BackendError } from "@antler/tensor-core";
import { type Memory, Region } from "../memory.ts";
import { loadModule } from "../wasm/index.ts";
import { type CrewExports, crewFunctions } from "./interpreter.ts";
import { ALIVE, HALL_BYTES } from "./layout.ts";
import { ModuleList } from "./modules.ts";
import type { TaskList } from "./task-list.ts";
import { startThread, type Thread } from "./worker.ts";

/** Rounds that the caller looks whether the others are done before it sleeps, where it may sleep. */
const SPINS = 20_000;
const NAP_NANOSECONDS = 50_000_000n;
/** A piece takes milliseconds at most. A thread that has not come back after so long will not come back. */
const PATIENCE_MILLISECONDS = 1500;
const LONGEST_ROUND_MILLISECONDS = 100;
/** Room for the calls of a job; a longer one is done in several, unless its pieces are ranges. */
const LIST_BYTES = 2 ** 18;

export class Crew {
  readonly modules: ModuleList;
  readonly #memory: Memory;
  readonly #exports: CrewExports;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #hall: number;
  readonly #threads: Thread[] = [];
  readonly #size: number;
  readonly #list: Region;
  readonly #scratch: Region;
  /** The job that is open, if any: where its list is, how far it is written, and what it has room for. */
  #job: { readonly list: number; readonly listBytes: number; readonly scratchBytes: number; end: number; pieces: number } | undefined;
  #dismissed = false;
  /** Whether a worker could not even be started: trying again would fail again. */
  hasFailed = false;

  /** @param size how many threads, the calling one included */
  constructor(memory: Memory, size: number) {
    this.#memory = memory;
    this.#size = size;
    this.#list = new Region(memory);
    this.#scratch = new Region(memory);
    this.#hall = memory.alloc(HALL_BYTES);
    memory.bytes().fill(0, this.#hall, this.#hall + HALL_BYTES);
    const table = new WebAssembly.Table({ element: "anyfunc", initial: 0 });
    const { bytes, exports } = loadModule(memory, crewFunctions(), table);
    this.#bytes = bytes;
    this.#exports = exports as unknown as CrewExports;
    this.modules = new ModuleList(memory, table, this.#hall);
  }

  /** Whether it works no more, by `dismiss` or since a thread has ended. */
  get isDismissed(): boolean {
    return this.#dismissed;
  }

  /** Hands a piece to whoever is free, one of at most `most` that follow each other until `finish`. */
  add(piece: TaskList, most: number): void {
    if (!this.#hasRoom(piece)) {
      this.finish();
      this.#open(piece, most);
    }
    this.#write(piece.words, piece.bytes);
    this.#exports.publish(this.#hall, this.#job!.pieces);
  }
  /** Writes a piece down behind those of the open job. */
  #write(calls: Int32Array, bytes: number): void {
    const job = this.#job!;
    const words = this.#memory.i32();
    const starts = (job.list >>> 2) + job.pieces;
    words.set(calls, (job.list + job.end) >>> 2);
    words[starts] = job.end;
    job.end += bytes;
    words[starts + 1] = job.end;
    job.pieces += 1;
  }

  /** A job of its own: a piece whose last call ends with a range from 0, and those of the ranges that follow, `count` in all. */
  addRanges(piece: TaskList, count: number, extent: number): void {
    const { words, bytes } = piece;
    const last = words.length - 1;
    const step = words[last]!;
    this.#open(piece, count, count * bytes);
    for (let k = 0; k < count; k++) {
      words[last - 1] = k * step;
      words[last] = Math.min(extent, (k + 1) * step);
      this.#write(words, bytes);
      // Others begin with the first while the rest is written down.
      if (k === 0) this.#exports.publish(this.#hall, 1);
    }
    this.#exports.publish(this.#hall, count);
  }

  /** Takes part in what is left of the job, and comes back when all is done. Throws BackendError when a thread took a piece with it. */
  finish(): void {
    const pieces = this.#job?.pieces ?? 0;
    this.#job = undefined;
    if (pieces === 0) return;
    this.#exports.help(this.#hall);
    const nap = mayWait() ? NAP_NANOSECONDS : 0n;
    let done = this.#exports.finish(this.#hall, pieces, SPINS, 0n);
    for (let waited = 0; done !== pieces; ) {
      const start = performance.now();
      const now = this.#exports.finish(this.#hall, pieces, SPINS, nap);
      // A round takes longer only while the whole machine sleeps, and workers with it.
      waited = now === done ? waited + Math.min(performance.now() - start, LONGEST_ROUND_MILLISECONDS) : 0;
      if (waited > PATIENCE_MILLISECONDS) this.#giveUp();
      done = now;
    }
  }

  #hasRoom(piece: TaskList): boolean {
    const job = this.#job;
    return job !== undefined && job.end + piece.bytes <= job.listBytes && piece.scratchBytes <= job.scratchBytes;
  }
  /** @param room bytes that there must be for the calls */
  #open({ bytes, scratchBytes }: TaskList, most: number, room: number = bytes): void {
    this.#hire();
    const starts = 4 * (most + 1);
    const listBytes = starts + Math.max(LIST_BYTES, room);
    const list = this.#list.reserve(listBytes);
    // Whole cache lines, so that no two threads write to one.
    const each = Math.ceil(scratchBytes / 64) * 64;
    this.#exports.open(this.#hall, list, this.#scratch.reserve(each * this.#size), each);
    this.#job = { list, listBytes, scratchBytes: each, end: starts, pieces: 0 };
  }

  dismiss(): void {
    if (this.#dismissed) return;
    this.#stop();
    this.#list.release();
    this.#scratch.release();
  }
  #stop(): void {
    this.#dismissed = true;
    for (const thread of this.#threads) thread.stop();
    this.#job = undefined;
    // The hall itself stays: a thread that is still on its way out may look there once more.
    this.modules.dispose();
  }

  #hire(): void {
    proven ||= this.#live > 0;
    const wanted = proven ? this.#size - 1 : 1;
    while (this.#threads.length < wanted) {
      const task = { memory: this.#memory.memory, base: this.#bytes, hall: this.#hall, thread: this.#threads.length + 1 };
      this.#threads.push(startThread(task, (failed) => this.#lost(failed)));
    }
  }
  #lost(failed: boolean): void {
    if (this.#dismissed) return;
    this.hasFailed = failed && this.#live === 0;
    this.dismiss();
  }
  /** How many workers have come to life. */
  get #live(): number {
    return Atomics.load(this.#memory.i32(), (this.#hall + ALIVE) >>> 2);
  }
  #giveUp(): never {
    // What it may still be writing to stays its own for good.
    this.#stop();
    throw new BackendError("cpu", "a worker thread ended in the middle of its work", {
      hint: "What was being computed is lost; the next computation starts new threads. setThreads(1) does without them.",
    });
  }
}

/** Whether any worker has ever come to life here. Until then one is tried alone: a page's console complains once. */
let proven = false;
let waits: boolean | undefined;
/** Whether this thread may sleep: not where a page is drawn. */
function mayWait(): boolean {
  if (waits === undefined) {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
      waits = true;
    } catch {
      waits = false;
    }
  }
  return waits;
}
