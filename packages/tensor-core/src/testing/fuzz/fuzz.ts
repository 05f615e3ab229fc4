/** The random-graph fuzzer: graphs of every kind of op, on a backend and on the reference, eager and compiled, forward and backward. */
import type { Backend } from "../../backend.ts";
import type { DType } from "../../dtype.ts";
import { printGraph } from "../../text.ts";
import { trace } from "../../trace.ts";
import { check } from "./check.ts";
import { execute, generate, type Recipe, resolve, specsOf } from "./recipe.ts";
import { shrink } from "./shrink.ts";

export interface FuzzFailure {
  /** The seed that made the graph. */
  readonly seed: number;
  /** What was wrong with the graph as made. */
  readonly first: string;
  /** What is wrong with the smallest graph found. */
  readonly message: string;
  /** The smallest failing recipe: `runRecipe` runs it again. */
  readonly recipe: Recipe;
  /** Seed, message, sizes, steps and graph, to print. */
  readonly text: string;
}
export interface FuzzOptions {
  readonly backend: Backend;
  /** The first seed. Default 0. */
  readonly seed?: number | undefined;
  /** How many seeds. Default 100. */
  readonly count?: number | undefined;
  /** What floats are. Default float32. */
  readonly float?: DType | undefined;
  /** The most steps of a graph. Default 60. */
  readonly maxNodes?: number | undefined;
  readonly onFailure?: ((failure: FuzzFailure) => void) | undefined;
  /** Called after each graph with how many are done. */
  readonly onProgress?: ((done: number, failed: number) => void) | undefined;
}
export interface FuzzReport {
  readonly ran: number;
  /** Steps of all graphs together. */
  readonly steps: number;
  readonly failures: readonly FuzzFailure[];
}

/**
 * Makes, runs and compares `count` random graphs, each of its own seed; failing ones are made small before they are reported.
 * @example
 * const { failures } = await fuzz({ backend: referenceBackend(), seed: 0, count: 100, onFailure: (f) => console.log(f.text) });
 */
export async function fuzz({
  backend,
  seed = 0,
  count = 100,
  float = "float32",
  maxNodes = 60,
  onFailure,
  onProgress,
}: FuzzOptions): Promise<FuzzReport> {
  const failures: FuzzFailure[] = [];
  let steps = 0;
  for (let i = 0; i < count; i++) {
    const recipe = generate(seed + i, maxNodes);
    steps += recipe.steps.length;
    const message = await runRecipe(recipe, backend, float);
    if (message !== undefined) {
      const failure = await explain(recipe, message, backend, float);
      failures.push(failure);
      onFailure?.(failure);
    }
    onProgress?.(i + 1, failures.length);
  }
  return { ran: count, steps, failures };
}

/** What is wrong with a recipe on a backend; undefined where nothing is. */
export async function runRecipe(recipe: Recipe, backend: Backend, float: DType = "float32"): Promise<string | undefined> {
  return check(resolve(recipe), backend, float);
}

async function explain(recipe: Recipe, first: string, backend: Backend, float: DType): Promise<FuzzFailure> {
  const smallest = await shrink(recipe, async (plan) => (await check(plan, backend, float)) !== undefined);
  const message = (await runRecipe(smallest, backend, float)) ?? first;
  const steps = smallest.steps.map((s, i) => `  ${smallest.inputs.length + i} = ${s.kind}(${s.args.join(", ")})`);
  const text = [
    `seed ${recipe.seed}, batch ${smallest.batch}, ${recipe.steps.length} steps shrunk to ${smallest.steps.length}: ${message}`,
    ...steps,
    `  outputs ${smallest.outputs.join(", ")}`,
    graphText(smallest),
  ].join("\n");
  return { seed: recipe.seed, first, message, recipe: smallest, text };
}
function graphText(recipe: Recipe): string {
  const plan = resolve(recipe);
  return printGraph(
    trace(
      "fuzz",
      specsOf(recipe),
      (xs) => execute(plan, xs, { float: "float32", at: (s) => s }),
      (r) => r,
    ).graph,
  );
}
