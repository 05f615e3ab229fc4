/** The conformance suite: every row of the case table on a backend, as named cases any test runner can run. */
import type { Backend } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { isFloat } from "../dtype.ts";
import { FLOATS, HALVES, type OpCase } from "./cases/case.ts";
import { type ErrorCase, errorCases } from "./cases/errors.ts";
import { opCases } from "./cases/index.ts";
import { checkCompiled, checkError, checkGradient, checkSymbolic, checkValues, type Trial } from "./checks.ts";

export interface Skip {
  readonly op: string;
  /** Only this situation; all of the op's when absent. */
  readonly name?: string | undefined;
  readonly dtype?: DType | undefined;
  /** Why the backend cannot, in a sentence; it is printed. */
  readonly reason: string;
}
/** An op that a device computes less precisely than its tolerance asks. */
export interface Precision {
  readonly op: string;
  /** Multiplies the row's k. */
  readonly factor: number;
  readonly reason: string;
}
export interface TestBackendOptions {
  readonly skip?: readonly Skip[] | undefined;
  readonly precision?: readonly Precision[] | undefined;
  /** Which rows; the whole table when absent. */
  readonly cases?: readonly OpCase[] | undefined;
  readonly errors?: readonly ErrorCase[] | undefined;
  /** A runner's `it`: each case is registered with it at once. */
  readonly it?: ((name: string, run: () => Promise<void>) => unknown) | undefined;
  /** A runner's `describe`, to group the cases by op. */
  readonly describe?: ((name: string, body: () => void) => unknown) | undefined;
}

export interface BackendTest {
  readonly op: string;
  /** Op, situation, dtype and what is checked. */
  readonly name: string;
  /** Why it is left out. */
  readonly skipped?: string | undefined;
  run(): Promise<void>;
}
export interface Report {
  readonly ran: number;
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** One line: how many cases ran, failed and were skipped. */
  readonly summary: string;
}
export interface BackendSuite {
  readonly tests: readonly BackendTest[];
  /** How many cases there are to run, and how many are left out, in a line. */
  readonly summary: string;
  /** Runs all cases one after another. */
  run(): Promise<Report>;
}

/**
 * The cases every backend must pass: values against plain JavaScript, gradients against float64, eager = compiled, unknown first
 * axes, leaks and errors; only in the dtypes the backend has, and reading only asynchronously.
 * @example
 * const suite = testBackend(referenceBackend(), { skip: [{ op: "erf", reason: "not written yet" }] });
 * console.log((await suite.run()).summary);
 */
export function testBackend(backend: Backend, options: TestBackendOptions = {}): BackendSuite {
  const tests = [
    ...(options.cases ?? opCases).flatMap((row) => testsOf(backend, row, options)),
    ...(options.errors ?? errorCases).map((e) => errorTest(backend, e, options)),
  ];
  const live = tests.filter((t) => !t.skipped);
  const summary = `${backend.name}: ${live.length} cases of ${new Set(live.map((t) => t.op)).size} ops, ${tests.length - live.length} skipped`;
  const suite: BackendSuite = { tests, summary, run: () => runAll(backend, tests) };
  register(suite, options);
  return suite;
}

function register({ tests, summary }: BackendSuite, { it, describe }: TestBackendOptions): void {
  if (!it) return;
  let ran = 0;
  const live = tests.filter((t) => !t.skipped);
  const add = (list: readonly BackendTest[]): void => {
    for (const t of list) {
      it(t.name, async () => {
        ran++;
        await t.run();
      });
    }
  };
  if (describe) for (const op of new Set(live.map((t) => t.op))) describe(op, () => add(live.filter((t) => t.op === op)));
  else add(live);
  it(summary, async () => {
    if (ran === 0 && live.length) throw new Error("none of the cases ran");
  });
}

async function runAll(backend: Backend, tests: readonly BackendTest[]): Promise<Report> {
  const failed: { name: string; error: unknown }[] = [];
  const skipped = tests.flatMap((t) => (t.skipped ? [{ name: t.name, reason: t.skipped }] : []));
  let ran = 0;
  for (const t of tests) {
    if (t.skipped) continue;
    ran++;
    try {
      await t.run();
    } catch (error) {
      failed.push({ name: t.name, error });
    }
  }
  return { ran, failed, skipped, summary: `${backend.name}: ${ran} cases ran, ${failed.length} failed, ${skipped.length} skipped` };
}

const skipOf = (skips: readonly Skip[] | undefined, op: string, name: string, dtype?: DType): string | undefined =>
  skips?.find((s) => s.op === op && (s.name === undefined || s.name === name) && (s.dtype === undefined || s.dtype === dtype))?.reason;

function testsOf(backend: Backend, row: OpCase, options: TestBackendOptions): BackendTest[] {
  const has = (d: DType): boolean => backend.capabilities.dtypes.has(d);
  const dtypes = (row.dtypes ?? [...FLOATS, ...HALVES]).filter((d) => has(d) && row.inputs.every((x) => has(x.dtype ?? d)));
  const factor = options.precision?.find((p) => p.op === row.op)?.factor ?? 1;
  return dtypes.flatMap((dtype) => {
    const trial: Trial = { backend, row, dtype, tolerance: { ...row.tolerance, k: row.tolerance.k * factor } };
    const skipped = skipOf(options.skip, row.op, row.name, dtype);
    const test = (what: string, run: (trial: Trial) => Promise<void>): BackendTest => ({
      op: row.op,
      name: `${row.op}, ${row.name}, ${dtype}: ${what}`,
      ...(skipped && { skipped }),
      run: () => run(trial),
    });
    return [
      test("values", checkValues),
      test("compiled", checkCompiled),
      ...(row.batch?.length ? [test("unknown first axis", checkSymbolic)] : []),
      ...(row.grad && isFloat(dtype) && !HALVES.includes(dtype) ? [test("gradient", checkGradient)] : []),
    ];
  });
}

function errorTest(backend: Backend, e: ErrorCase, options: TestBackendOptions): BackendTest {
  const skipped = skipOf(options.skip, e.op, e.name);
  return { op: e.op, name: `${e.op}, ${e.name}: ${e.type}`, ...(skipped && { skipped }), run: () => checkError(backend, e) };
}
