/**
 * Measures what is not arithmetic: eager ops on ten elements, the first training step of a fresh process, and its start.
 * README.md says how to read it.
 *
 * node benchmarks/overhead.ts [--processes 5] [--check]
 *
 * `--check` fails where an eager add or tracing and compiling the CNN's step takes longer than it may.
 */
import { parseArgs } from "node:util";
import { answerOf, nodeCommand } from "./lib/child.ts";
import { median, showRange, showTable } from "./lib/statistics.ts";

// Limits are of processor time: the clock also counts what others on the machine do meanwhile.
/** What an eager add of ten elements may take, in microseconds. */
const ADD_LIMIT = 5;
/** What tracing and compiling the CNN's training step may take in a fresh process, in milliseconds. */
const FIRST_STEP_LIMIT = 200;

const { values: options } = parseArgs({
  options: { processes: { type: "string", default: "5" }, check: { type: "boolean", default: false } },
});
const processes = Number(options.processes);
if (!Number.isInteger(processes) || processes < 1)
  throw new Error(`--processes ${options.processes}: expected a whole number of at least 1`);

interface Eager {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  readonly tensors: number;
}
interface FirstStep {
  readonly trace: number;
  readonly compile: number;
  readonly step: number;
  readonly cpu: number;
}

const eager = { add: await fresh<Eager>("eager.ts", "add"), mul: await fresh<Eager>("eager.ts", "mul") };
const steps = await fresh<{ cold: FirstStep; warm: FirstStep }>("first-step.ts");
const starts = await fresh<{ import: number; matMul: number; process: number }>("first-matmul.ts");

const cold = steps.map((s) => s.cold);
const warm = steps.map((s) => s.warm);
console.log(`median (min–max) of ${processes} fresh processes`);
console.log(
  showTable([
    ...eagerRows("eager add of ten elements", eager.add),
    ...eagerRows("eager mul of ten elements by a number", eager.mul),
    ...firstStepRows("CNN step, first model", cold),
    ...firstStepRows("CNN step, second model", warm),
    ["import of core and backend", milliseconds(starts.map((s) => s.import))],
    ["first 64×64 matMul", milliseconds(starts.map((s) => s.matMul))],
    ["process start to its result", milliseconds(starts.map((s) => s.process))],
  ]),
);
if (options.check) check("processor time of an eager add of ten elements, µs", median(medians(eager.add, "cpu")), ADD_LIMIT);
if (options.check) check("processor time of trace and compile of the CNN's step, ms", median(cold.map((t) => t.cpu)), FIRST_STEP_LIMIT);

/** What a script prints, from one process after the other. */
async function fresh<T>(script: string, ...args: string[]): Promise<T[]> {
  const command = nodeCommand(new URL(`antler/${script}`, import.meta.url), ...args);
  const answers: T[] = [];
  for (let i = 0; i < processes; i++) answers.push((await answerOf(command)) as T);
  return answers;
}

function eagerRows(label: string, runs: readonly Eager[]): string[][] {
  const tensors = Math.max(...runs.map((run) => run.tensors));
  return [
    [`${label}: processor time`, `${showRange(medians(runs, "cpu"))} µs`],
    [`${label}: on the clock`, `${showRange(medians(runs, "wall"))} µs`],
    ...(tensors > 0 ? [[`${label}: tensors left behind`, `${tensors}`]] : []),
  ];
}
function medians(runs: readonly Eager[], clock: "wall" | "cpu"): number[] {
  return runs.map((run) => median(run[clock]));
}

function firstStepRows(label: string, times: readonly FirstStep[]): string[][] {
  return [
    [`${label}: trace + compile: processor time`, milliseconds(times.map((t) => t.cpu))],
    [`${label}: trace + compile: on the clock`, milliseconds(times.map(({ trace, compile }) => trace + compile))],
    [`${label}: trace`, milliseconds(times.map((t) => t.trace))],
    [`${label}: compile`, milliseconds(times.map((t) => t.compile))],
    [`${label}: trace + compile + run`, milliseconds(times.map((t) => t.step))],
  ];
}

function milliseconds(times: readonly number[]): string {
  return `${showRange(times, 1)} ms`;
}

function check(what: string, value: number, limit: number): void {
  if (value <= limit) return;
  console.error(`failed: ${what}: ${value.toFixed(2)}, more than ${limit}`);
  process.exitCode = 1;
}
