/** Eager execution: the compiled program of a one-op graph, found by the identity of specs and attrs. */
import { attrsKey } from "./attrs.ts";
import type { Backend, Program, Storage } from "./backend.ts";
import { checkDType } from "./capability.ts";
import { BackendError } from "./errors.ts";
import { emit, listening } from "./events.ts";
import { inputValue, makeNode } from "./graph.ts";
import type { Op } from "./op.ts";
import { getBackend } from "./registry.ts";
import type { Spec } from "./spec.ts";
import { Tensor } from "./tensor.ts";

interface Entry {
  readonly specs: readonly Spec[];
  readonly program: Program;
}
/** A trie: op, then each input's spec, then the attrs. A string key would cost half the budget of a small op. */
class Branch {
  readonly next = new Map<unknown, Branch>();
  readonly entries: [visible?: Entry, all?: Entry] = [];
}
interface Cache {
  root: Branch;
  programs: Program[];
}
const caches = new WeakMap<Backend, Cache>();
/** Programs kept for each backend; beyond it the cache starts afresh. */
const LIMIT = 4096;

export function runEager<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A, recording: boolean): readonly Tensor[] {
  const storages: Storage[] = [];
  for (const t of inputs) storages.push(t.storage(op.name));
  const backend = storages.length ? sharedBackend(op.name, storages) : getBackend();
  const entry = find(backend, op, inputs, attrs, recording);
  if (listening()) emit({ kind: "dispatch", op: op.name });
  return entry.program.run(storages).map((s) => new Tensor(s.spec, s));
}

function sharedBackend(op: string, storages: readonly Storage[]): Backend {
  const backend = storages[0]!.backend;
  for (const s of storages) {
    if (s.backend !== backend) {
      throw new BackendError(op, `its inputs are on two backends, ${backend.name} and ${s.backend.name}`, {
        got: storages.map((x) => x.spec),
        hint: "Move one with `await moveTo(x, backend)`.",
      });
    }
  }
  return backend;
}

function find<A>(backend: Backend, op: Op<A>, inputs: readonly Tensor[], attrs: A, recording: boolean): Entry {
  let cache = caches.get(backend);
  if (!cache) caches.set(backend, (cache = { root: new Branch(), programs: [] }));
  let branch = step(cache.root, op);
  for (const t of inputs) branch = step(branch, t.spec);
  if (attrs !== undefined) branch = step(branch, attrsKey(attrs));
  const which = recording ? 1 : 0;
  return (branch.entries[which] ??= make(backend, cache, op, inputs, attrs, recording));
}
function step(branch: Branch, key: unknown): Branch {
  let next = branch.next.get(key);
  if (!next) branch.next.set(key, (next = new Branch()));
  return next;
}

function make<A>(backend: Backend, cache: Cache, op: Op<A>, inputs: readonly Tensor[], attrs: A, recording: boolean): Entry {
  if (cache.programs.length >= LIMIT) {
    for (const p of cache.programs) p.dispose();
    cache.programs = [];
    cache.root = new Branch();
  }
  const specs = op.infer(
    inputs.map((t) => t.spec),
    attrs,
  );
  const values = inputs.map((t) => inputValue(t.spec));
  const { outputs } = makeNode(op, values, attrs, specs);
  for (const spec of specs) checkDType(op.name, spec, backend);
  const program = backend.compile({ inputs: values, outputs: recording ? outputs : outputs.slice(0, op.visible?.(attrs)) });
  cache.programs.push(program);
  return { specs, program };
}
