/** Gives Node the web's workers, so far as TensorFlow.js and jax-js need them to compute on several threads. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import threads, { type Transferable, type WorkerOptions } from "node:worker_threads";

/** What Emscripten's code takes for granted once TensorFlow.js has put it into a blob: its imports' names. */
const names = { require$$0: "fs", require$$1: "path", require$$3: "perf_hooks", require$$4: "os" };
const imports = `globalThis.commonjsGlobal=globalThis;${Object.entries(names)
  .map(([name, module]) => `globalThis.${name}=require("${module}");`)
  .join("")}`;
const port = `{const{parentPort}=require("worker_threads");globalThis.self=globalThis;globalThis.postMessage=(m)=>parentPort.postMessage(m);parentPort.on("message",(data)=>globalThis.onmessage?.({data}));}`;

/** @param count what `navigator.hardwareConcurrency` says: libraries start as many workers */
export function installWebWorkers(count: number): void {
  const folder = mkdtempSync(join(tmpdir(), "antler-workers-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const files = new WeakMap<object, string>();
  let made = 0;

  /** A blob that is a file as well: Node starts workers from files. */
  class FileBlob extends Blob {
    constructor(parts: ConstructorParameters<typeof Blob>[0], options?: ConstructorParameters<typeof Blob>[1]) {
      super(parts, options);
      const file = join(folder, `${made++}.cjs`);
      writeFileSync(file, (parts as string[]).join(""));
      files.set(this, file);
    }
  }
  /** Blobs among messages become their files. */
  class FileWorker extends threads.Worker {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(`${imports}require(${JSON.stringify(String(file))})`, { ...options, eval: true });
    }
    override postMessage(message: { urlOrBlob?: object } | undefined, transfer?: readonly Transferable[]): void {
      const file = message?.urlOrBlob && files.get(message.urlOrBlob);
      super.postMessage(file ? { ...message, urlOrBlob: file } : message, transfer);
    }
  }
  class WebWorker extends threads.Worker {
    onmessage: ((event: { data: unknown }) => void) | undefined;
    onerror: ((error: unknown) => void) | undefined;
    constructor(file: string) {
      super(`${port}require(${JSON.stringify(file)})`, { eval: true });
      this.on("message", (data: unknown) => this.onmessage?.({ data }));
      this.on("error", (error: unknown) => this.onerror?.(error));
    }
  }
  Object.assign(createRequire(import.meta.url)("node:worker_threads") as object, { Worker: FileWorker });
  syncBuiltinESMExports();
  Object.assign(globalThis, { Blob: FileBlob, Worker: WebWorker });
  URL.createObjectURL = (blob) => files.get(blob) ?? "";
  URL.revokeObjectURL = () => {};
  Object.defineProperty(globalThis, "navigator", { value: { hardwareConcurrency: count }, configurable: true });
}
