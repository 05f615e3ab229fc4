/** One fuzzed graph, checked: reference against backend, eager against compiled, values and gradients. */
import type { Backend } from "../../backend.ts";
import { type DType, isFloat } from "../../dtype.ts";
import { func, type SignatureSpec } from "../../function.ts";
import { referenceBackend } from "../../reference/backend.ts";
import { isStatic } from "../../shape.ts";
import { memory } from "../../storage.ts";
import type { Tensor } from "../../tensor.ts";
import { dispose, tidy } from "../../tidy.ts";
import { epsilon } from "../compare.ts";
import { floatInputs, gradients } from "../gradient.ts";
import { createRandom } from "../random.ts";
import { download, onBackend, type TypedHost, upload } from "../values.ts";
import { count, LIMIT } from "./kinds.ts";
import { BATCH, bound, dtypeOf, execute, type Plan } from "./recipe.ts";

/** What the inputs hold: floats in [−1, 1], integers in [−9, 9]. */
function hostsOf({ recipe }: Plan, float: DType): TypedHost[] {
  const random = createRandom(recipe.seed ^ 0x5eed);
  return recipe.inputs.map(({ cls, dims }) => {
    const shape = bound(recipe, dims);
    const draw = (): number => (cls === "f" ? Math.fround(random.real(-1, 1)) : cls === "i" ? random.int(-9, 9) : random.int(0, 1));
    return { shape, dtype: dtypeOf(cls, float), data: Array.from({ length: count(shape) }, draw) };
  });
}

interface Results {
  readonly values: readonly TypedHost[];
  readonly grads: readonly TypedHost[];
}
type Run = (inputs: readonly Tensor[]) => readonly Tensor[];

async function run(backend: Backend, hosts: readonly TypedHost[], float: DType, values: Run, grads: Run): Promise<Results> {
  const compute = (f: Run): readonly Tensor[] =>
    onBackend(backend, () => {
      const before = memory().numTensors;
      const outputs = tidy(() => f(hosts.map((h) => upload(h, isFloat(h.dtype) ? float : h.dtype))));
      const kept = new Set(outputs.map((t) => t.source)).size;
      const left = memory().numTensors - before - kept;
      // What a function closes over, as a seed does, it may keep; graphs of the fuzzer close over nothing.
      if (left > 0) throw new Error(`${left} tensors are left over`);
      return outputs;
    });
  const [v, g] = [compute(values), compute(grads)];
  const results = { values: await Promise.all(v.map(download)), grads: await Promise.all(g.map(download)) };
  dispose([v, g]);
  return results;
}

/** What is wrong with a graph whose floats are of a dtype, in words, or undefined. */
export async function check(plan: Plan, backend: Backend, float: DType = "float32"): Promise<string | undefined> {
  const { recipe } = plan;
  const hosts = hostsOf(plan, float);
  const wrt = floatInputs(hosts);
  const at = (s: Parameters<typeof bound>[1]): number[] => bound(recipe, s);
  const eager = (float: DType): [Run, Run] => {
    const fn = (...xs: Tensor[]): Tensor[] => execute(plan, xs, { float, at });
    return [(xs) => fn(...xs), (xs) => gradients(fn, xs, wrt)];
  };
  const reference = referenceBackend();
  const names: string[] = [];
  const attempt = async (name: string, body: () => Promise<Results>): Promise<Results> => {
    names.push(name);
    return body();
  };
  try {
    const oracle = await attempt("reference in float64", () => run(reference, hosts, "float64", ...eager("float64")));
    // How far float64 strays, nothing here can tell; float32 strays as much more as its numbers are coarser.
    const coarse = float === "float64" ? "float32" : float;
    const near = await attempt("reference, eager", () => run(reference, hosts, coarse, ...eager(coarse)));
    const results: [string, Results][] = [["reference, eager", coarse === float ? near : oracle]];
    const also = async (name: string, fns: [Run, Run]): Promise<void> =>
      void results.push([name, await attempt(name, () => run(backend, hosts, float, ...fns))]);
    if (backend !== reference) await also(`${backend.name}, eager`, eager(float));
    await also(`${backend.name}, compiled`, compiled(plan, wrt, false, float));
    if (recipe.inputs.some((x) => x.dims.includes(BATCH)))
      await also(`${backend.name}, compiled for any batch`, compiled(plan, wrt, true, float));
    for (const [name, got] of results) {
      const wrong =
        compareAll("output", got.values, oracle.values, near.values, plan, float) ??
        compareAll("gradient", got.grads, oracle.grads, near.grads, plan, float);
      if (wrong) return `${name}: ${wrong}`;
    }
    return undefined;
  } catch (error) {
    return `${names.at(-1)}: ${(error as Error).name}: ${(error as Error).message}`;
  }
}

function compiled(plan: Plan, wrt: readonly number[], symbolic: boolean, float: DType): [Run, Run] {
  const { recipe } = plan;
  // A function that had to specialise is traced again with numbers for sizes.
  const open = (xs: readonly Tensor[]): boolean => symbolic && xs.some((x) => !isStatic(x.dims));
  const fn = (...xs: Tensor[]): Tensor[] => execute(plan, xs, { float, at: open(xs) ? (s) => s : (s) => bound(recipe, s) });
  const signature: SignatureSpec[] = recipe.inputs.map((x) => ({ shape: x.dims, dtype: dtypeOf(x.cls, float) }));
  const options = { name: "fuzz", ...(symbolic && { inputSignature: signature }) };
  const values = func((...xs: Tensor[]) => fn(...xs), options);
  const grads = func((...xs: Tensor[]) => gradients(fn, xs, wrt), options);
  return [(xs) => values(...xs), (xs) => grads(...xs)];
}

function compareAll(
  what: string,
  got: readonly TypedHost[],
  want: readonly TypedHost[],
  near: readonly TypedHost[],
  plan: Plan,
  float: DType,
): string | undefined {
  if (got.length !== want.length) return `${got.length} ${what}s, expected ${want.length}`;
  for (const [i, g] of got.entries()) {
    const wrong = compare(g, want[i]!, near[i]!, plan.calls.length, what === "gradient", float);
    if (wrong) return `${what} ${i}, ${g.dtype}[${g.shape.join(", ")}]: ${wrong}`;
  }
  return undefined;
}

/** One honest run strays from float64 by some sum of roundings; another order of operations, by another such sum. */
const HONEST = 16;
/**
 * The tolerance is 16 times what the reference in this dtype strays from float64 (how well conditioned the graph is, measured), and
 * one rounding of the largest value a step may have for each step (for results where the reference happens to stray by nothing).
 */
function compare(got: TypedHost, want: TypedHost, near: TypedHost, steps: number, gradient: boolean, float: DType): string | undefined {
  if (got.shape.join() !== want.shape.join()) return `the shape should be [${want.shape.join(", ")}]`;
  const off = (a: number, b: number): number => (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || a === b ? 0 : Math.abs(a - b));
  let [strayed, size] = [0, 0];
  want.data.forEach((w, i) => {
    const d = off(near.data[i]!, w);
    if (d < Number.POSITIVE_INFINITY) strayed = Math.max(strayed, d);
    if (Number.isFinite(w)) size = Math.max(size, Math.abs(w));
  });
  const scale = gradient ? LIMIT * Math.max(1, size) : LIMIT;
  const finer = float === "float64" ? epsilon("float64") / epsilon("float32") : 1;
  const may = isFloat(got.dtype) ? HONEST * strayed * finer + (steps + 8) * epsilon(float) * scale : 0;
  const at = got.data.findIndex((g, i) => !(off(g, want.data[i]!) <= may));
  return at < 0 ? undefined : `element ${at} is ${got.data[at]}, expected ${want.data[at]}; allowed ${may}`;
}
