/** What is checked of one row of the case table in one dtype on one backend. */
import type { Backend } from "../backend.ts";
import { type DType, isFloat } from "../dtype.ts";
import { onEvent } from "../events.ts";
import { func, type SignatureSpec } from "../function.ts";
import { referenceBackend } from "../reference/backend.ts";
import { memory } from "../storage.ts";
import { Tensor } from "../tensor.ts";
import { dispose, tidy } from "../tidy.ts";
import { leaves } from "../tree.ts";
import type { OpCase } from "./cases/case.ts";
import type { ErrorCase } from "./cases/errors.ts";
import { epsilon, expectClose, type Tolerance } from "./compare.ts";
import { floatInputs, gradients, listOf } from "./gradient.ts";
import type { Expected } from "./host.ts";
import { createRandom, seedOf } from "./random.ts";
import { download, makeHost, onBackend, type TypedHost, upload } from "./values.ts";

export interface Trial {
  readonly backend: Backend;
  readonly row: OpCase;
  readonly dtype: DType;
  readonly tolerance: Tolerance;
}

const hostsOf = ({ row, dtype }: Trial, batch?: number): TypedHost[] => {
  const random = createRandom(seedOf(`${row.op}/${row.name}`));
  return row.inputs.map((x, i) => makeHost(x, random, dtype, row.batch?.includes(i) ? batch : undefined));
};
const uploadAll = (hosts: readonly TypedHost[]): Tensor[] => hosts.map((h) => upload(h, h.dtype));
const downloadAll = (tensors: readonly Tensor[]): Promise<TypedHost[]> => Promise.all(tensors.map(download));

/** What the row says, or else what the reference backend computes in float64. */
async function expectedOf({ row }: Trial, hosts: readonly TypedHost[]): Promise<readonly Expected[]> {
  if (row.expected) {
    const e = row.expected(...hosts);
    return (Array.isArray(e) ? e : [e]) as readonly Expected[];
  }
  const reference = referenceBackend();
  const outputs = onBackend(reference, () => tidy(() => listOf(row.call(...uploadAll(hosts.map(widened))))));
  return downloadAll(outputs);
}
const widened = (h: TypedHost): TypedHost => (isFloat(h.dtype) ? { ...h, dtype: "float64" } : h);

function expectAll(what: string, got: readonly TypedHost[], want: readonly Expected[], tolerance: Tolerance): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} results, expected ${want.length}`);
  got.forEach((g, i) => expectClose(got.length > 1 ? `${what} ${i}` : what, g, want[i]!, tolerance));
}

/** Runs `fn` and fails where tensors are left over. All in one turn: nothing is collected in between. */
function withoutLeaks<T>(what: string, fn: () => T): T {
  const before = memory();
  const result = tidy(fn);
  const kept = new Set(
    leaves(result)
      .filter((x) => x instanceof Tensor)
      .map((t) => t.source),
  ).size;
  const after = memory();
  if (after.numTensors > before.numTensors + kept)
    throw new Error(`${what}: ${after.numTensors - before.numTensors - kept} tensors are left over`);
  return result;
}

/** Eager values, inputs untouched, nothing left over. */
export async function checkValues(trial: Trial): Promise<void> {
  const { backend, row, tolerance } = trial;
  const hosts = hostsOf(trial);
  const { inputs, outputs } = onBackend(backend, () => {
    const inputs = uploadAll(hosts);
    withoutLeaks("eager", () => void row.call(...inputs));
    return { inputs, outputs: tidy(() => listOf(row.call(...inputs))) };
  });
  expectAll("eager", await downloadAll(outputs), await expectedOf(trial, hosts), tolerance);
  expectAll("the inputs afterwards", await downloadAll(inputs), hosts, { k: 0, why: "no op changes its inputs" });
  dispose([inputs, outputs]);
}

/** The same through a compiled function, called twice. */
export async function checkCompiled(trial: Trial): Promise<void> {
  const { backend, row, tolerance } = trial;
  const hosts = hostsOf(trial);
  const f = func((...xs: Tensor[]) => listOf(row.call(...xs)), { name: row.op });
  const { inputs, outputs } = onBackend(backend, () => {
    const inputs = uploadAll(hosts);
    // What a function closes over lives as long as the function: the first call may keep it.
    tidy(() => void f(...inputs));
    withoutLeaks("compiled", () => void f(...inputs));
    return { inputs, outputs: f(...inputs) };
  });
  if (f.traces !== 1) throw new Error(`compiled: traced ${f.traces} times for equal arguments`);
  expectAll("compiled", await downloadAll(outputs), await expectedOf(trial, hosts), tolerance);
  dispose([inputs, outputs]);
}

/** A signature whose batch axes are unknown. */
const signatureOf = (row: OpCase, hosts: readonly TypedHost[]): SignatureSpec[] =>
  hosts.map((h, i) => ({ shape: row.batch?.includes(i) ? ["batch", ...h.shape.slice(1)] : h.shape, dtype: h.dtype }));

/** One trace serves several sizes of the first axis. */
export async function checkSymbolic(trial: Trial): Promise<void> {
  const { backend, row, tolerance } = trial;
  const size = row.inputs[row.batch![0]!]!.shape[0]!;
  const f = func((...xs: Tensor[]) => listOf(row.call(...xs)), { name: row.op, inputSignature: signatureOf(row, hostsOf(trial)) });
  const warnings: string[] = [];
  const stop = onEvent((e) => void (e.kind === "warning" && warnings.push(e.message)));
  try {
    // Values that are given as a list have one size only.
    const sizes = hostsOf(trial, size + 3).some((h) => h.data.length !== h.shape.reduce((a, b) => a * b, 1)) ? [size] : [size, size + 3, 1];
    for (const n of sizes) {
      const hosts = hostsOf(trial, n);
      const { inputs, outputs } = onBackend(backend, () => {
        const inputs = uploadAll(hosts);
        return { inputs, outputs: f(...inputs) };
      });
      expectAll(`first axis ${n}`, await downloadAll(outputs), await expectedOf(trial, hosts), tolerance);
      dispose([inputs, outputs]);
    }
  } finally {
    stop();
  }
  if (f.traces !== 1 || warnings.length) throw new Error(`unknown first axis: traced ${f.traces} times. ${warnings.join(" ")}`);
}

/** Gradients, eager and compiled, against the reference backend in float64. */
export async function checkGradient(trial: Trial): Promise<void> {
  const { backend, row, dtype, tolerance } = trial;
  const hosts = hostsOf(trial);
  const wrt = floatInputs(hosts);
  const of = (xs: readonly Tensor[]): Tensor[] => gradients(row.call, xs, wrt);
  const reference = referenceBackend();
  const on = (b: Backend, given: readonly TypedHost[]): Promise<TypedHost[]> =>
    downloadAll(onBackend(b, () => tidy(() => of(uploadAll(given)))));
  const want = await on(reference, hosts.map(widened));
  const near = dtype === "float64" || !reference.capabilities.dtypes.has(dtype) ? want : await on(reference, hosts);
  // How far one honest computation in this dtype strays shows how well conditioned the gradient is; another order of sums may
  // stray several times as far. Weights and derivatives in this table are of size 1, hence the least scale.
  const k = 16 + 4 * tolerance.k;
  const bounds = want.map((w, i) => {
    const strayed = Math.max(0, ...w.data.map((v, e) => Math.abs(v - near[i]!.data[e]!)).filter((v) => !Number.isNaN(v)));
    const size = Math.max(1, ...w.data.map(Math.abs).filter(Number.isFinite));
    return { ...w, scale: w.data.map(() => size + (8 * strayed) / (k * epsilon(dtype))) };
  });
  const allowed: Tolerance = {
    k,
    why: "four times the row's roundings and 16 for the weights, and 8 times what the reference strays in this dtype",
  };

  const compiled = func((...xs: Tensor[]) => of(xs), { name: `${row.op} gradient` });
  const symbolic = row.batch?.length
    ? func((...xs: Tensor[]) => of(xs), { name: `${row.op} gradient`, inputSignature: signatureOf(row, hosts) })
    : undefined;
  const run = (what: string, f: (xs: Tensor[]) => Tensor[]): { what: string; outputs: Tensor[] } => {
    const inputs = uploadAll(hosts);
    const outputs = withoutLeaks(what, () => f(inputs));
    const shared = inputs.filter((x) => !outputs.includes(x));
    dispose(shared);
    return { what, outputs };
  };
  const results = onBackend(backend, () => [
    run("eager gradient", of),
    run("compiled gradient", (xs) => compiled(...xs)),
    ...(symbolic ? [run("gradient with an unknown first axis", (xs) => symbolic(...xs))] : []),
  ]);
  for (const { what, outputs } of results) {
    const got = await downloadAll(outputs);
    expectAll(what, got, bounds, allowed);
    dispose(outputs);
  }
  if (symbolic && symbolic.traces !== 1) throw new Error(`gradient with an unknown first axis: traced ${symbolic.traces} times`);
}

/** A wrong call: the right class, and word for word what it must say. */
export async function checkError(backend: Backend, e: ErrorCase): Promise<void> {
  let caught: unknown;
  try {
    // Some devices find errors in data only when a result is read.
    const result = onBackend(backend, () => tidy(() => e.run()));
    await Promise.all(leaves(result).map((t) => (t instanceof Tensor ? t.data() : undefined)));
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof Error)) throw new Error(`no error; expected ${e.type}: ${e.message}`);
  if (caught.name !== e.type) throw new Error(`${caught.name} instead of ${e.type}: ${caught.message}`);
  if (caught.message !== e.message) throw new Error(`it says "${caught.message}", expected "${e.message}"`);
}
