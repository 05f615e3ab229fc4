/** Starting threads, in Node and in browsers. */
import { ALIVE, LAST_MODULE } from "./layout.ts";

/** What a worker is told. */
export interface WorkerTask {
  readonly memory: WebAssembly.Memory;
  /** The module of `interpreter.ts`. */
  readonly base: Uint8Array;
  /** Where the threads meet, see `layout.ts`. */
  readonly hall: number;
  /** Its number, from 1. */
  readonly thread: number;
}
export interface Thread {
  stop(): void;
}

/**
 * A worker's whole program, plain JavaScript: a file of its own would be one that every bundler finds, or loses, in its own way.
 * It works until there are modules that it does not know, and puts their functions into its table.
 * How modules are listed, `modules.ts` says.
 */
export const workerSource: string = `"use strict";
const live = ({ memory, base, hall, thread }) => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1024 });
  const { work } = new WebAssembly.Instance(new WebAssembly.Module(base), { env: { memory, table } }).exports;
  const load = (at) => {
    const [before, slot, bytes] = new Uint32Array(memory.buffer, at, 3);
    const module = new WebAssembly.Module(new Uint8Array(memory.buffer, at + 12, bytes).slice());
    const functions = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
    if (table.length < slot + functions.length) table.grow(slot + functions.length + 1024 - table.length);
    functions.forEach((f, i) => table.set(slot + i, f));
    return before;
  };
  Atomics.add(new Int32Array(memory.buffer), (hall + ${ALIVE}) / 4, 1);
  for (let known = 0; ; ) {
    work(hall, thread, known);
    const last = Atomics.load(new Int32Array(memory.buffer), (hall + ${LAST_MODULE}) / 4);
    for (let at = last >>> 0; at !== known >>> 0; ) at = load(at);
    known = last;
  }
};
if (typeof process === "object" && process.versions?.node) live(process.getBuiltinModule("node:worker_threads").workerData);
else onmessage = ({ data }) => live(data);
`;

let workerUrl: string | undefined;
/**
 * Where a page serves the worker's program, whose text is `workerSource`. Only pages need it whose policy has no
 * `worker-src blob:`; elsewhere a blob is made, and Node needs neither. Call it before the first large computation.
 * @example
 * setWorkerUrl("/antler-worker.js"); // A file that was written with the text of workerSource.
 */
export function setWorkerUrl(url: string | undefined): void {
  workerUrl = url;
}

/** What is used of Node, whose types a library for browsers does not know. */
interface NodeWorker {
  once(event: "error" | "exit", listener: () => void): this;
  off(event: "exit", listener: () => void): this;
  unref(): void;
  terminate(): unknown;
}
interface NodeModules {
  "node:worker_threads": {
    readonly Worker: new (source: string, options: { eval: true; workerData: WorkerTask; name: string }) => NodeWorker;
  };
  "node:os": { availableParallelism(): number };
}
/** What gives modules of Node's without an import that bundlers would have to understand; undefined elsewhere. */
function nodeModules(): (<Name extends keyof NodeModules>(name: Name) => NodeModules[Name]) | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] } };
  return process?.getBuiltinModule;
}

/** Whether threads can share memory here: always in Node, in browsers on pages that are isolated from others. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  // Node's threads are not asked for here: loading them takes milliseconds, which only a program that starts one should wait.
  return nodeModules() !== undefined || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

/** Called, later, when a thread has ended that nobody stopped: because of an error, perhaps that it cannot even start, or not. */
export type Died = (failed: boolean) => void;

/** Starts a thread that keeps no process alive. */
export function startThread(task: WorkerTask, died: Died): Thread {
  try {
    const node = nodeModules()?.("node:worker_threads");
    return node ? startInNode(node, task, died) : startInBrowser(task, died);
  } catch {
    queueMicrotask(() => died(true));
    return { stop() {} };
  }
}

function startInNode(node: NodeModules["node:worker_threads"], task: WorkerTask, died: Died): Thread {
  // What the process was started with (hooks, preloaded modules, kinds of input) is not meant for this program.
  const untouched = { execArgv: [], env: {} };
  const worker = new node.Worker(workerSource, { eval: true, workerData: task, name: `antler-${task.thread}`, ...untouched });
  const exited = (): void => died(false);
  worker.once("error", () => died(true)).once("exit", exited);
  worker.unref();
  return { stop: () => void worker.off("exit", exited).terminate() };
}

let blobUrl: string | undefined;
function startInBrowser(task: WorkerTask, died: Died): Thread {
  const url = workerUrl ?? (blobUrl ??= URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" })));
  const worker = new Worker(url, { name: `antler-${task.thread}` });
  worker.onerror = () => died(true);
  worker.postMessage(task);
  return { stop: () => worker.terminate() };
}

/** Threads that the machine runs at once, as far as it tells; more than 8 seldom help. */
export function machineThreads(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return Math.min(8, nodeModules()?.("node:os").availableParallelism() ?? navigator?.hardwareConcurrency ?? 2);
}
