/** Eager execution: the compiled program of a one-op graph, found by the identity of specs and attrs. */
import { attrsKey } from "./attrs.ts";
import type { Backend, Program, Storage } from "./backend.ts";
import { checkDType } from "./capability.ts";
import { BackendError } from "./errors.ts";
import { emit, listening } from "./events.ts";
import { inputValue, makeNode } from "./graph.ts";
import type { Op } from "./op.ts";
import { getBackend } from "./registry.ts";
import { Tensor } from "./tensor.ts";

/** A trie: op, then each input's spec, then the attrs. A string key would cost half the budget of a small op. */
class Branch {
  readonly next: Map<unknown, Branch> = new Map();
  /** The program that gives the visible outputs, and the one that gives all. */
  readonly programs: [visible?: Program, all?: Program] = [];
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
  const backend = storages[0]?.backend ?? getBackend();
  for (const s of storages) {
    if (s.backend !== backend) {
      throw new BackendError(op.name, `its inputs are on ${backend.name} and ${s.backend.name}`, {
        got: storages.map((x) => x.spec),
        hint: "Use `await moveTo(x, backend)`.",
      });
    }
  }
  const program = find(backend, op, inputs, attrs, recording);
  if (listening()) emit({ kind: "dispatch", op: op.name });
  return program.run(storages).map((s) => new Tensor(s.spec, s));
}

function find<A>(backend: Backend, op: Op<A>, inputs: readonly Tensor[], attrs: A, recording: boolean): Program {
  let cache = caches.get(backend);
  if (!cache || cache.programs.length >= LIMIT) {
    cache?.programs.forEach((p) => p.dispose());
    caches.set(backend, (cache = { root: new Branch(), programs: [] }));
  }
  let branch = step(cache.root, op);
  for (const t of inputs) branch = step(branch, t.spec);
  if (attrs !== undefined) branch = step(branch, attrsKey(attrs));
  const which = recording && op.visible ? 1 : 0;
  let program = branch.programs[which];
  if (!program) cache.programs.push((branch.programs[which] = program = make(backend, op, inputs, attrs, recording)));
  return program;
}
function step(branch: Branch, key: unknown): Branch {
  let next = branch.next.get(key);
  if (!next) branch.next.set(key, (next = new Branch()));
  return next;
}

function make<A>(backend: Backend, op: Op<A>, inputs: readonly Tensor[], attrs: A, recording: boolean): Program {
  const specs = inputs.map((t) => t.spec);
  const values = specs.map(inputValue);
  const { outputs } = makeNode(op, values, attrs, op.infer(specs, attrs));
  for (const v of outputs) checkDType(op.name, v.spec, backend);
  return backend.compile({ inputs: values, outputs: recording ? outputs : outputs.slice(0, op.visible?.(attrs)) });
}
