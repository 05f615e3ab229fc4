/** The state of dispatch: the trace being made, who records, whose tensors are counted, and where we are. */
import type { Node, Value } from "./graph.ts";
import type { Op } from "./op.ts";
import type { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/** Listens to every op, eager or traced: tapes. */
export interface Recorder {
  // biome-ignore lint/suspicious/noExplicitAny: records ops of every attrs type
  record(op: Op<any>, inputs: readonly Tensor[], attrs: unknown, outputs: readonly Tensor[]): void;
  /** A variable was read as this tensor. */
  read?(variable: Variable, value: Tensor): void;
}
/** Collects a graph. */
export interface Trace {
  readonly name: string;
  lift(t: Tensor): Value;
  read(v: Variable): Tensor;
  assign(v: Variable, next: Tensor): void;
  /** A node was added; only its own nodes are known to a trace, others are captured. Gives the tensors of its outputs. */
  made(node: Node): readonly Tensor[];
}
/** Takes note of tensors made inside it, to dispose of them. */
export interface Scope {
  track(t: Tensor): void;
}
/** Stands between layers and variables: autocast and stateless calls. */
export type VariableHook = (v: Variable, value: Tensor) => Tensor;

interface Context {
  trace: Trace | undefined;
  recorders: readonly Recorder[];
  scope: Scope | undefined;
  path: string;
  readHook: VariableHook | undefined;
}
export const context: Context = { trace: undefined, recorders: [], scope: undefined, path: "", readHook: undefined };

export const path = (): string => context.path;

/**
 * Runs `fn` with parts of the context replaced. Scopes are synchronous: a promise would outlive its scope and
 * catch other code's ops, so a function that returns one is refused.
 */
export function within<T>(name: string, changes: Partial<Context>, fn: () => T): T {
  const before = { ...context };
  Object.assign(context, changes);
  try {
    return refusePromise(name, fn());
  } finally {
    Object.assign(context, before);
  }
}

/** The result of a function that must not be asynchronous. */
export function refusePromise<T>(name: string, result: T): T {
  if (!(result instanceof Promise)) return result;
  result.catch(() => {});
  throw new TypeError(`${name}: the function returned a promise, but ${name} takes a synchronous function. Await before or after it.`);
}

/** Adds a name to the path that errors and graph nodes carry. */
export const withName = <T>(name: string, fn: () => T): T =>
  within("withName", { path: context.path ? `${context.path}/${name}` : name }, fn);

/** Runs `fn` eagerly though a function is being traced: for the variables that lazily built layers create. */
export const suspendTrace = <T>(fn: () => T): T => within("suspendTrace", { trace: undefined, recorders: [], scope: undefined }, fn);

export const isTracing = (): boolean => context.trace !== undefined;
export const isRecording = (): boolean => context.recorders.length > 0;
