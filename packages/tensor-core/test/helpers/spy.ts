/** A backend that only promises: for tests of what the core asks of a device, and when. */
import { type Backend, createReferenceBackend, type Graph, type RunOptions, type Storage } from "../../src/index.ts";

/** No `readSync`, reads resolve in later ticks, everything asked of it is written down. */
export interface Spy extends Backend {
  readonly compiled: Graph[];
  readonly runs: (RunOptions | undefined)[];
  /** How often something was read. */
  readonly reads: number;
}
export function createSpy(): Spy {
  const inner = createReferenceBackend("inner");
  const compiled: Graph[] = [];
  const runs: (RunOptions | undefined)[] = [];
  let reads = 0;
  const own = (s: Storage): Storage => Object.assign(s, { backend: spy });
  const spy: Spy = {
    name: "spy",
    capabilities: { dtypes: inner.capabilities.dtypes, synchronousReads: false },
    compiled,
    runs,
    get reads() {
      return reads;
    },
    store: (bytes, spec) => own(inner.store(bytes, spec)),
    take: (s, rows, spec) => own(inner.take(s, rows, spec)),
    async read(s) {
      reads++;
      const bytes = inner.read(s);
      await new Promise((resolve) => setTimeout(resolve, 0));
      return bytes;
    },
    free: (s) => inner.free(s),
    compile(graph) {
      compiled.push(graph);
      const program = inner.compile(graph);
      return {
        prepare: (inputs, options) => program.prepare(inputs, options),
        run(inputs, options) {
          runs.push(options);
          return program.run(inputs, options).map(own);
        },
        dispose: () => program.dispose(),
      };
    },
    dispose() {},
  };
  return spy;
}
