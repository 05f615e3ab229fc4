/** What a backend is: it stores numbers, and makes graphs runnable. */
import type { DType } from "./dtype.ts";
import type { Graph } from "./graph.ts";
import type { StaticSpec } from "./spec.ts";

/** The version of this interface; `registerBackend` refuses others. */
export const INTERFACE_VERSION = 1;

/** A place on a backend that holds one tensor's numbers. Backends extend it; the core counts its holders. */
export interface Storage {
  readonly backend: Backend;
  readonly spec: StaticSpec;
  /** Kept by the core: how many tensors and variables share it; 0 once freed. */
  holders: number;
  /** Kept by the core: where it stands among those alive. */
  place?: number;
}

export interface Capabilities {
  readonly dtypes: ReadonlySet<DType>;
  /** Whether `readSync` exists. */
  readonly synchronousReads: boolean;
}

export interface RunOptions {
  /** Inputs the caller gives up: the program may write its outputs over them and frees them. */
  readonly donate?: readonly boolean[] | undefined;
}

/** A compiled graph. `run` submits it and returns handles at once; errors found later reject the next read. */
export interface Program {
  run(inputs: readonly Storage[], options?: RunOptions): readonly Storage[];
  /** Resolves when everything is compiled that runs with such inputs need; a run does not wait for it. */
  prepare(inputs: readonly StaticSpec[], options?: RunOptions): Promise<void>;
  dispose(): void;
}

export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Copies bytes (in the dtype's storage layout) to the device. */
  store(bytes: Uint8Array, spec: StaticSpec): Storage;
  /** A copy of some places along the first axis, in this order; `spec` is the copy's. */
  take(storage: Storage, rows: Int32Array, spec: StaticSpec): Storage;
  /** A copy of the numbers, once everything submitted before is done. */
  read(storage: Storage): Promise<Uint8Array>;
  readSync?(storage: Storage): Uint8Array;
  /** Resolves when everything submitted before is done, without reading any of it; backends that read synchronously need none. */
  finished?(): Promise<void>;
  free(storage: Storage): void;
  /** Why it can compute no more: its device is gone, say. A new one must be made. */
  readonly lost?: Error | undefined;
  /** Makes a graph runnable. An eager op arrives as a graph of one node. */
  compile(graph: Graph): Program;
  dispose(): void;
}
