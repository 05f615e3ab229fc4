/** Threads that share jobs piece by piece. They start with the first job; a crew that lost one is dismissed as a whole. */
import { BackendError } from "@antler/tensor-core";
import type { Memory } from "../memory.ts";
import { assembleModule } from "../wasm/index.ts";
import { type CrewExports, crewFunctions } from "./interpreter.ts";
import { ALIVE, HALL_BYTES } from "./layout.ts";
import { ModuleList } from "./modules.ts";
import { startThread, type Thread } from "./worker.ts";

/** Rounds that the caller looks whether the others are done before it sleeps, where it may sleep. */
const SPINS = 20_000;
const NAP_NANOSECONDS = 50_000_000n;
/** A piece takes milliseconds at most. A thread that has not come back after so long will not come back. */
const PATIENCE_MILLISECONDS = 1500;
const LONGEST_ROUND_MILLISECONDS = 100;

export interface Job {
  /** Where the list of its pieces is. */
  readonly list: number;
  readonly count: number;
  /** Scratch of the calling thread; that of others follows. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

export class Crew {
  readonly modules: ModuleList;
  readonly #memory: Memory;
  readonly #exports: CrewExports;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #hall: number;
  readonly #threads: Thread[] = [];
  readonly #size: number;
  #dismissed = false;
  /** Whether a worker could not even be started: trying again would fail again. */
  hasFailed = false;

  /** @param size how many threads, the calling one included */
  constructor(memory: Memory, size: number) {
    this.#memory = memory;
    this.#size = size;
    this.#hall = memory.alloc(HALL_BYTES);
    memory.bytes().fill(0, this.#hall, this.#hall + HALL_BYTES);
    const table = new WebAssembly.Table({ element: "anyfunc", initial: 0 });
    this.#bytes = assembleModule({ memory: { shared: true }, functions: crewFunctions(), callsSlots: true });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(this.#bytes), { env: { memory: memory.memory, table } });
    this.#exports = exports as unknown as CrewExports;
    this.modules = new ModuleList(memory, table, this.#hall);
  }

  /** Whether it works no more, by `dismiss` or since a thread has ended. */
  get isDismissed(): boolean {
    return this.#dismissed;
  }

  /** Comes back when all pieces are done. Throws BackendError when a thread took one with it. */
  run({ list, count, scratch, scratchBytes }: Job): void {
    this.#hire();
    let done = this.#exports.offer(this.#hall, list, count, scratch, scratchBytes, SPINS);
    if (done === count) return;
    const nap = mayWait() ? NAP_NANOSECONDS : 0n;
    for (let waited = 0; done !== count; ) {
      const start = performance.now();
      const now = this.#exports.finish(this.#hall, count, SPINS, nap);
      // A round takes longer only while the whole machine sleeps, and workers with it.
      waited = now === done ? waited + Math.min(performance.now() - start, LONGEST_ROUND_MILLISECONDS) : 0;
      if (waited > PATIENCE_MILLISECONDS) this.#giveUp();
      done = now;
    }
  }

  dismiss(): void {
    if (this.#dismissed) return;
    this.#dismissed = true;
    for (const thread of this.#threads) thread.stop();
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
    this.dismiss();
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
