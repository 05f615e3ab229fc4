/**
 * Compares a training step of Antler with one of Keras on TensorFlow, in rounds that take turns. README.md says how to read it.
 *
 * node benchmarks/train.ts [--model mlp|cnn|readme-cnn|lstm|all] [--threads 1] [--rounds 9] [--steps 50] [--python PATH]
 *                          [--no-keras] [--batch N] [--check]
 *
 * `--python` is one with Keras and TensorFlow; default: the one `pnpm oracle` asks.
 * `--batch` times Antler alone with batches of that size.
 * `--check` fails where the first losses differ, or a step takes more than three times that of the better Keras.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { python } from "../scripts/lib/python.ts";
import { type ModelName, trainingSets } from "./keras/data.ts";
import { type Answer, type Child, type Command, nodeCommand, pinned, startChild } from "./lib/child.ts";
import { median, showRange, showTable } from "./lib/statistics.ts";

/** How far the losses of the first steps may be apart. */
const LOSS_TOLERANCE = 1e-3;
/** How many times the better Keras's time a step may take, where that is checked. */
const RATIO_LIMIT = 3;
const CHECKED_RATIOS: readonly ModelName[] = ["mlp", "cnn"];

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "all" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    steps: { type: "string", default: "50" },
    batch: { type: "string" },
    python: { type: "string", default: python },
    "no-keras": { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  },
});
const withKeras = !options["no-keras"] && options.batch === undefined;
if (options.check && !withKeras) throw new Error("--check compares with Keras: leave out --no-keras and --batch");
const [threads, rounds, steps] = [positive("threads"), positive("rounds"), positive("steps")];
if (options.batch !== undefined) positive("batch");

/** One of those who take turns. */
interface Side {
  readonly label: string;
  readonly child: Child;
  /** Of the first steps; none where nobody compares them. */
  readonly losses: readonly number[];
  /** Of each round: until training ended, until the call returned, and the processor time. */
  readonly times: number[];
  readonly calls: number[];
  readonly cpu: number[];
}

const failures: string[] = [];
for (const model of modelNames()) {
  const sides = await startSides(model);
  try {
    for (let round = 0; round < rounds; round++) for (const side of sides) await takeTurn(side);
    report(model, sides);
  } finally {
    for (const { child } of sides) await child.stop();
  }
}
if (options.check && failures.length) {
  for (const failure of failures) console.error(`failed: ${failure}`);
  process.exitCode = 1;
}

function modelNames(): ModelName[] {
  const all = Object.keys(trainingSets) as ModelName[];
  const chosen = all.filter((name) => options.model === "all" || options.model === name);
  if (chosen.length === 0) throw new Error(`--model ${options.model}: expected all, ${all.join(", ")}`);
  return chosen;
}
function positive(name: "threads" | "rounds" | "steps" | "batch"): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${options[name]}: expected a whole number of at least 1`);
  return value;
}

/** One after the other: what one does to get warm must not slow the next. */
async function startSides(model: ModelName): Promise<Side[]> {
  const common = ["--model", model, "--steps", options.steps];
  const batch = options.batch === undefined ? [] : ["--batch", options.batch];
  const sides = [await startSide(nodeCommand(new URL("antler/train-step.ts", import.meta.url), ...common, ...batch), withKeras)];
  if (!withKeras) return sides;
  const script = fileURLToPath(new URL("keras/train_step.py", import.meta.url));
  for (const jit of ["off", "on"]) {
    sides.push(await startSide([options.python, script, ...common, "--threads", options.threads, "--jit", jit, "--serve"], true));
  }
  return sides;
}
async function startSide(command: Command, compared: boolean): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "antler-benchmark-"));
  const file = join(folder, "losses.json");
  try {
    const child = await startChild(pinned(compared ? [...command, "--losses-out", file] : command, threads));
    const losses = compared ? (JSON.parse(readFileSync(file, "utf8")) as { losses: number[] }).losses : [];
    return { label: labelOf(child.about), child, losses, times: [], calls: [], cpu: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
function labelOf({ antler, node, keras, tensorflow, jit }: Answer): string {
  return antler ? `Antler ${antler}, Node ${node}` : `Keras ${keras}, TensorFlow ${tensorflow}, jit ${jit}`;
}

async function takeTurn({ child, times, calls, cpu }: Side): Promise<void> {
  const { ms_per_step, ms_per_step_call, cpu_ms_per_step } = await child.ask("run");
  times.push(ms_per_step as number);
  calls.push(ms_per_step_call as number);
  cpu.push(cpu_ms_per_step as number);
}

function report(model: ModelName, sides: readonly Side[]): void {
  const [ours, ...others] = sides as [Side, ...Side[]];
  const cores = threads === 1 ? "1 core" : `${threads} cores`;
  console.log(`${model}: batch ${ours.child.about["batch"]}, ${steps} steps an epoch, ${rounds} rounds, ${cores}`);
  const head = ["ms per step, median (min–max)", "until training ends", "until fit returns", "processor time"];
  console.log(showTable([head, ...sides.map(({ label, times, calls, cpu }) => [label, ...[times, calls, cpu].map((t) => showRange(t))])]));
  if (others.length) {
    reportRatio(model, ours, others);
    reportLosses(model, ours, others);
  }
  console.log();
}

function reportRatio(model: ModelName, ours: Side, others: readonly Side[]): void {
  const better = others.reduce((a, b) => (median(b.times) < median(a.times) ? b : a));
  const ratio = median(ours.times) / median(better.times);
  const perRound = ours.times.map((time, round) => time / better.times[round]!);
  const cpu = median(ours.cpu) / Math.min(...others.map((side) => median(side.cpu)));
  console.log(
    `  ratio to the better Keras: ${ratio.toFixed(2)}; within a round ${showRange(perRound)}; of processor time ${cpu.toFixed(2)}`,
  );
  if (CHECKED_RATIOS.includes(model) && ratio > RATIO_LIMIT) {
    failures.push(`${model}: a step takes ${ratio.toFixed(2)} times that of Keras, more than ${RATIO_LIMIT}`);
  }
}

function reportLosses(model: ModelName, ours: Side, others: readonly Side[]): void {
  for (const { label, losses } of others) {
    const differences = losses.map((loss, step) => Math.abs(loss - ours.losses[step]!));
    const largest = Math.max(...differences);
    const step = differences.indexOf(largest);
    console.log(
      `  losses of the first ${losses.length} steps, to ${label}: largest difference ${largest.toExponential(1)}` +
        ` (step ${step + 1}: ${ours.losses[step]!.toFixed(6)} and ${losses[step]!.toFixed(6)})`,
    );
    // NaN is no agreement either.
    if (!(largest <= LOSS_TOLERANCE)) failures.push(`${model}: losses differ by ${largest} from ${label}, more than ${LOSS_TOLERANCE}`);
  }
}
