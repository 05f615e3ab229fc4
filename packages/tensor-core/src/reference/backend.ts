/** The reference backend: interprets graphs node by node on host arrays. Slow, obvious, the oracle of all others. */
import type { Backend, Program, Storage } from "../backend.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { DisposedError } from "../errors.ts";
import { emit, listening } from "../events.ts";
import { type Graph, order } from "../graph.ts";
import { fromBits, isHalf, toBits } from "../half.ts";
import { byteSize, type StaticSpec } from "../spec.ts";
import type { Host } from "./interpret.ts";
import { runGraph } from "./run.ts";

interface HostStorage extends Storage {
  host: Host | undefined;
}

const dtypes: readonly DType[] = [
  "float32",
  "float64",
  "float16",
  "bfloat16",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "bool",
];

let shared: Backend | undefined;
/** The one instance the core falls back to. */
export const referenceBackend = (): Backend => (shared ??= createReferenceBackend());

/** A new interpreter with storages of its own. */
export function createReferenceBackend(name = "reference"): Backend {
  const wrap = (host: Host): HostStorage => ({ backend, spec: host.spec, holders: 0, host });
  const open = (s: Storage): Host => {
    const { host } = s as HostStorage;
    if (!host) throw new DisposedError("read", "the storage was freed", { got: [s.spec] });
    return host;
  };
  const readSync = (s: Storage): Uint8Array => {
    const { spec, data: numbers } = open(s);
    const data = isHalf(spec.dtype) ? Uint16Array.from(numbers as Float32Array, (v) => toBits(v, spec.dtype)) : numbers;
    return new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer);
  };
  const backend: Backend = {
    name,
    capabilities: { dtypes: new Set(dtypes), synchronousReads: true },
    store: (bytes, spec) => wrap(hostOf(bytes, spec)),
    take(s, rows, spec) {
      const { data: from } = open(s);
      const host = hostOf(new Uint8Array(byteSize(spec)), spec);
      const size = host.data.length / Math.max(1, rows.length);
      rows.forEach((row, i) => void host.data.set(from.subarray(row * size, (row + 1) * size) as never, i * size));
      return wrap(host);
    },
    read: async (s) => readSync(s),
    readSync,
    free(s) {
      (s as HostStorage).host = undefined;
    },
    compile: (graph) => compile(graph, name, open, wrap),
    dispose() {},
  };
  return backend;
}

function hostOf(bytes: Uint8Array, spec: StaticSpec): Host {
  const copy = new Uint8Array(byteSize(spec));
  copy.set(bytes.subarray(0, copy.length));
  const data = new (dtypeInfo(spec.dtype).array)(copy.buffer);
  return { spec, data: isHalf(spec.dtype) ? Float32Array.from(data as Uint16Array, (bits) => fromBits(bits, spec.dtype)) : data };
}

function compile(graph: Graph, name: string, open: (s: Storage) => Host, wrap: (h: Host) => HostStorage): Program {
  if (listening()) emit({ kind: "compile", backend: name, nodes: order(graph.outputs).length, kernels: 0, ms: 0, graph });
  return {
    prepare: () => Promise.resolve(),
    run(inputs) {
      const hosts = inputs.map(open);
      const results = runGraph(graph, hosts, new Map());
      // An output that is an input unchanged shares its storage.
      return results.map((h) => {
        const k = hosts.indexOf(h);
        return k >= 0 ? inputs[k]! : wrap(h);
      });
    },
    dispose() {},
  };
}
