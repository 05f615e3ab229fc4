// Leaves every shared job to workers as soon as one lives: what is right from then on, they computed.
import { ALIVE, BELL, HALL_BYTES, JOB } from "../../../packages/backend-cpu/src/threads/layout.ts";

type Offer = (hall: number, list: number, count: number, ...more: number[]) => number;

/** How many jobs workers did, how many workers lived at the last one, and those of a page. */
export const witness: { jobs: number; living: number; readonly workers: Worker[] } = { jobs: 0, living: 0, workers: [] };

const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(_, [module, imports]) {
    const { exports } = new Instance(module, imports);
    if (!exports["offer"]) return { exports };
    const offer = exports["offer"] as Offer;
    const { memory } = imports.env as { memory: WebAssembly.Memory };
    const toWorkers: Offer = (hall, list, count, ...more) => {
      const words = new Int32Array(memory.buffer, hall, HALL_BYTES / 4);
      witness.living = Atomics.load(words, ALIVE / 4);
      if (witness.living === 0) return offer(hall, list, count, ...more);
      // Of a job without pieces the caller claims none; then there are some after all.
      offer(hall, list, 0, ...more);
      Atomics.store(words, JOB.count / 4, count);
      Atomics.add(words, BELL / 4, 1);
      Atomics.notify(words, BELL / 4);
      witness.jobs++;
      return 0;
    };
    return { exports: { ...exports, offer: toWorkers } };
  },
});

// Node's workers are another kind.
if (typeof Worker !== "undefined") {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      witness.workers.push(this);
    }
  };
}
