/** A kernel context whose independent pieces of work are shared between threads. */
import { emit } from "@antler/tensor-core";
import type { KernelExports, KernelLibrary } from "../kernels/base.ts";
import { type KernelCalls, type KernelContext, serialContext } from "../kernels/context.ts";
import { type Memory, Region } from "../memory.ts";
import { Crew } from "./crew.ts";
import type { DeviceContext, Ranges } from "./device-context.ts";
import type { KernelModule } from "./modules.ts";
import { TaskList } from "./task-list.ts";

/** Below this a job is not worth the calls to other threads. */
const WORTHWHILE_NANOSECONDS = 20_000;

/**
 * Drivers run on the calling thread only: while they describe a piece, its calls of kernels are written down, and threads
 * make them from there (`interpreter.ts`).
 */
export class SharedContext implements DeviceContext {
  readonly exports: KernelExports;
  readonly scratch: Region;
  readonly #memory: Memory;
  readonly #library: KernelLibrary;
  readonly #serial: KernelContext;
  readonly #recorder: KernelCalls;
  readonly #list: TaskList = new TaskList();
  #threads = 1;
  #crew: Crew | undefined;
  #recording = false;

  constructor(memory: Memory, library: KernelLibrary) {
    this.exports = library.exports;
    this.scratch = new Region(memory);
    this.#memory = memory;
    this.#library = library;
    this.#serial = serialContext(memory, library.exports);
    this.#recorder = { exports: this.#recordingExports(), scratch: { reserve: (bytes) => this.#list.scratch(bytes) } };
  }

  /** How many threads share the work, the calling one included; 1 where memory cannot be shared. */
  get threads(): number {
    return this.#threads;
  }
  set threads(count: number) {
    this.dismiss();
    this.#threads = this.#memory.shared ? Math.max(1, Math.floor(count)) : 1;
  }
  get isShared(): boolean {
    return this.#threads > 1;
  }
  /** Whether a job of this length is shared. */
  isWorthwhile(pieces: number, nanoseconds: number): boolean {
    if (this.#crew?.hasFailed) this.#goOnAlone();
    return this.#threads > 1 && pieces > 1 && nanoseconds >= WORTHWHILE_NANOSECONDS && !this.#recording;
  }
  /** Whether a piece is being described, so that kernels are to be written down instead of run. */
  get isRecording(): boolean {
    return this.#recording;
  }

  parallel(count: number, nanoseconds: number, piece: (calls: KernelCalls, index: number) => void): void {
    if (this.isWorthwhile(count, nanoseconds)) this.share(count, (index) => piece(this.#recorder, index));
    else this.#serial.parallel(count, nanoseconds, piece);
  }

  each(count: number, nanoseconds: number, work: (context: KernelContext, index: number) => void): void {
    if (count >= 2 * this.#threads && this.isWorthwhile(count, nanoseconds)) this.share(count, (index) => work(this.#whole(), index));
    else for (let index = 0; index < count; index++) work(this, index);
  }

  /** Shares a job of so many pieces; `describe` makes, or records, the calls of one. Others begin with those that are described. */
  share(count: number, describe: (index: number) => void): void {
    const list = this.#list;
    const crew = this.#presentCrew();
    this.#recording = true;
    try {
      for (let index = 0; index < count; index++) {
        list.begin();
        describe(index);
        crew.add(list, count - index);
      }
    } finally {
      this.#recording = false;
      crew.finish();
    }
  }

  shareRanges(module: KernelModule, index: number, first: readonly number[], { pieces, extent }: Ranges): void {
    const crew = this.#presentCrew();
    const list = this.#list;
    list.begin();
    list.call(crew.modules.slotOf(module) + index, undefined, first);
    try {
      crew.addRanges(list, pieces, extent);
    } finally {
      crew.finish();
    }
  }

  /** Writes down a call of a generated kernel. */
  record(module: KernelModule, index: number, values: readonly number[]): void {
    this.#list.call(this.#crew!.modules.slotOf(module) + index, undefined, values);
  }

  /** Stops all threads; a later job starts new ones. */
  dismiss(): void {
    this.#crew?.dismiss();
    this.#crew = undefined;
  }

  #goOnAlone(): void {
    this.threads = 1;
    const message =
      "backend-cpu: no worker could be started, so one thread computes. " +
      "A page whose policy forbids blob: workers needs setWorkerUrl, Node with --permission needs --allow-worker.";
    emit({ kind: "warning", message });
  }
  /** For a piece that is a whole work: the scratch of its own pieces lies behind its own. */
  #whole(): KernelContext {
    const { exports, scratch } = this.#recorder;
    let used = 0;
    const inner = { exports, scratch: { reserve: (bytes: number) => scratch.reserve(used + bytes) + used } };
    return {
      exports,
      isShared: false,
      scratch: { reserve: (bytes) => scratch.reserve((used = Math.ceil(bytes / 64) * 64)) },
      parallel(count, _, piece) {
        for (let index = 0; index < count; index++) piece(inner, index);
      },
      each(count, _, work) {
        for (let index = 0; index < count; index++) work(this, index);
      },
    };
  }

  #presentCrew(): Crew {
    if (this.#crew?.isDismissed === false && !this.#crew.modules.isFull) return this.#crew;
    this.dismiss();
    this.#crew = new Crew(this.#memory, this.#threads);
    return this.#crew;
  }

  #recordingExports(): KernelExports {
    const recorder = (name: string): unknown => {
      const { module, floats } = this.#library.shared(name);
      let [crew, slot] = [this.#crew, 0];
      return (...values: number[]) => {
        if (this.#crew !== crew || slot === 0) {
          crew = this.#crew;
          slot = crew!.modules.slotOf(module);
        }
        this.#list.call(slot, floats, values);
      };
    };
    return this.#library.lazily(recorder);
  }
}
