/** `function`: traces a TypeScript function once for each signature, compiles the graph, and runs that from then on. */
import { attrsKey, identityKey } from "./attrs.ts";
import type { Backend, Program, Storage } from "./backend.ts";
import { checkGraph } from "./capability.ts";
import { context } from "./context.ts";
import { type DType, isDType } from "./dtype.ts";
import { ShapeError, TraceError, UnknownSizeError } from "./errors.ts";
import { emit, listening } from "./events.ts";
import type { Graph } from "./graph.ts";
import { getBackend } from "./registry.ts";
import { remember } from "./remember.ts";
import { type Dim, isKnown, showShape, symbol } from "./shape.ts";
import { makeSpec, type Spec } from "./spec.ts";
import { forget } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import { type Traced, trace } from "./trace.ts";
import { branches, isSlices, leaves, mapTree } from "./tree.ts";
import { assignAll, Variable } from "./variable.ts";

/** The spec of one tensor argument. A size may be null (unknown) or a name: equal names are equal sizes. */
export interface SignatureSpec {
  readonly shape: readonly (Dim | null | string)[];
  readonly dtype: DType;
}

export interface FunctionOptions {
  readonly name?: string | undefined;
  /** Specs of the tensors in the arguments, in order: one program then serves every size left unknown. */
  readonly inputSignature?: readonly SignatureSpec[] | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: any function may be compiled
export type CompiledFunction<F extends (...args: any[]) => unknown> = ((...args: Parameters<F>) => ReturnType<F>) & {
  /** How often it has been traced. */
  readonly traces: number;
  /** Traces and compiles for these arguments without running; resolves when every kernel is ready. */
  prepare(...args: Parameters<F>): Promise<void>;
  /** The graph these arguments run. */
  graph(...args: Parameters<F>): Graph;
};

interface Compiled {
  readonly traced: Traced<unknown>;
  readonly program: Program;
  /** For each result tensor, its leaf in the traced result. */
  readonly results: number;
}

let unknowns = 0;

/**
 * Makes `fn` fast. Tensors in its arguments are inputs; every other value is part of the signature, and a new one traces again.
 * Tensors and variables it closes over become inputs, variables it assigns become outputs.
 * @param fn a synchronous function of trees of tensors and plain values, returning such a tree.
 * @example
 * const f = func((x) => mul(x, x));
 * f(tensor([1, 2, 3]));
 */
// biome-ignore lint/suspicious/noExplicitAny: any function may be compiled
export function func<F extends (...args: any[]) => unknown>(fn: F, options: FunctionOptions = {}): CompiledFunction<F> {
  const name = options.name ?? (fn.name || "function");
  const signature = options.inputSignature?.map(toSpec);
  const cache = new Map<Backend, Map<string, Compiled>>();
  let count = 0;
  let specialised = false;

  const keyOf = (leaf: unknown): string => {
    if (leaf instanceof Tensor) return "T";
    if (typeof leaf === "symbol") return String(leaf);
    if ((typeof leaf !== "object" || leaf === null) && typeof leaf !== "function") return attrsKey(leaf);
    return identityKey(leaf);
  };

  function find(args: unknown[], tensors: readonly Tensor[]): Compiled {
    const backend = tensors[0]?.storage(name).backend ?? getBackend();
    const programs = remember(cache, backend, () => new Map<string, Compiled>());
    const specs = signature && !specialised ? signature : tensors.map((t) => t.spec);
    if (signature) checkSignature(name, signature, tensors);
    const key = `${structure(args, keyOf)}|${specs.map(identityKey).join()}`;
    return remember(programs, key, () => compile(backend, args, specs, tensors));
  }

  function compile(backend: Backend, args: unknown[], specs: readonly Spec[], tensors: readonly Tensor[]): Compiled {
    const start = performance.now();
    count++;
    try {
      const traced = traceCall(name, fn, args, specs);
      if (listening()) emit({ kind: "trace", name, count, ms: performance.now() - start });
      checkGraph(traced.graph, backend);
      const results = traced.graph.outputs.length - traced.assigned.length;
      return { traced, program: backend.compile(traced.graph), results };
    } catch (error) {
      if (!(error instanceof UnknownSizeError) || specs.every((s) => s.shape.every(isKnown))) throw error;
      // Some op needs a number: give this and later signatures their own programs.
      emit({ kind: "warning", message: `${name} is compiled once for each size: ${error.message}` });
      specialised = true;
      return find(args, tensors);
    }
  }

  const tensorsOf = (args: unknown[]): Tensor[] => leaves(args).filter((x) => x instanceof Tensor);
  const at = (args: unknown[]): Compiled => find(args, tensorsOf(args));

  /** What a run reads, and which of it nobody needs afterwards. */
  function given(args: unknown[], { captured, assigned }: Traced<unknown>): { inputs: Storage[]; donate: boolean[] } {
    const inputs = tensorsOf(args).map((t) => t.storage(name));
    const donate: boolean[] = inputs.map(() => false);
    const written = new Set(assigned);
    for (const x of captured) {
      const storage = x.storage(name);
      inputs.push(storage);
      donate.push(x instanceof Variable && written.has(x) && storage.holders === 1);
    }
    return { inputs, donate };
  }

  const call = (...args: unknown[]): unknown => {
    // Inside another trace, or under a tape, its ops are wanted one by one.
    if (context.trace || context.recorders.length) return fn(...args);
    const { traced, program, results } = at(args);
    const { inputs, donate } = given(args, traced);
    if (listening()) emit({ kind: "run", name });
    const outputs = program.run(inputs, { donate });
    // A program may give a donated input back as an output: that one lives on.
    const alive = new Set(outputs);
    donate.forEach((gone, i) => {
      if (gone && !alive.has(inputs[i]!)) forget(inputs[i]!);
    });
    let next = 0;
    const result = mapTree(traced.result, (leaf) => {
      if (!(leaf instanceof Tensor)) return leaf;
      const s = outputs[next++]!;
      return new Tensor(s.spec, s);
    });
    assignAll(traced.assigned, outputs.slice(results));
    return result;
  };
  const prepare = async (...args: unknown[]): Promise<void> => {
    const { traced, program } = at(args);
    const { inputs, donate } = given(args, traced);
    await program.prepare(
      inputs.map((s) => s.spec),
      { donate },
    );
  };
  return Object.defineProperties(call, {
    name: { value: name },
    traces: { get: () => count },
    prepare: { value: prepare },
    graph: { value: (...args: unknown[]) => at(args).traced.graph },
  }) as unknown as CompiledFunction<F>;
}

function traceCall(name: string, fn: (...args: unknown[]) => unknown, args: unknown[], specs: readonly Spec[]): Traced<unknown> {
  return trace(
    name,
    specs,
    (inputs) => {
      let next = 0;
      const formal = mapTree(args, (leaf) => (leaf instanceof Tensor ? inputs[next++]! : leaf)) as unknown[];
      return mapTree(fn(...formal), (leaf) => (leaf instanceof Variable ? leaf.value : leaf));
    },
    (result) => leaves(result).filter((x) => x instanceof Tensor),
  );
}

/** The arguments' shape as a tree, leaves as `key` tells them apart. */
function structure(x: unknown, key: (leaf: unknown) => string): string {
  const parts = branches(x)?.map(([k, v]) => `${key(k)}:${structure(v, key)}`);
  if (!parts) return key(x);
  const kind = Array.isArray(x) ? "" : x instanceof Map ? "Map" : isSlices(x) ? showShape(x.denseShape) : "Object";
  return `${kind}{${parts.join()}}`;
}

/** A spec with symbols for its unknown sizes. */
export const toSpec = ({ shape, dtype }: SignatureSpec): Spec => {
  if (!isDType(dtype)) throw new TraceError("function", `"${String(dtype)}" in the input signature is no dtype`);
  return makeSpec(
    shape.map((d) => (d === null ? symbol(`unknown${unknowns++}`) : typeof d === "string" ? symbol(d) : d)),
    dtype,
  );
};

function checkSignature(name: string, signature: readonly Spec[], tensors: readonly Tensor[]): void {
  if (signature.length !== tensors.length) {
    throw new TraceError(name, `the input signature describes ${signature.length} tensors, the call has ${tensors.length}`);
  }
  tensors.forEach((t, i) => {
    const want = signature[i]!;
    const fits = t.dtype === want.dtype && t.rank === want.shape.length && want.shape.every((d, k) => !isKnown(d) || d === t.dims[k]);
    if (!fits) throw new ShapeError(name, `argument ${i} does not fit its input signature`, { got: [want, t.spec] });
  });
}
