/** Makes a failing recipe smaller while it still fails: fewer outputs, fewer steps, smaller sizes. */
import type { Shape } from "../../shape.ts";
import { type Plan, type Recipe, resolve, type Step } from "./recipe.ts";

/** Tries so many smaller recipes at most. */
const PATIENCE = 400;

/**
 * @param fails says whether a plan still fails
 * @returns the smallest failing recipe found
 */
export async function shrink(recipe: Recipe, fails: (plan: Plan) => Promise<boolean>): Promise<Recipe> {
  let best = recipe;
  let left = PATIENCE;
  for (let progress = true; progress && left > 0; ) {
    progress = false;
    for (const candidate of candidates(best)) {
      if (left-- <= 0) break;
      const plan = attempt(candidate);
      if (plan && (await fails(plan))) {
        best = candidate;
        progress = true;
        break;
      }
    }
  }
  return best;
}
function attempt(recipe: Recipe): Plan | undefined {
  try {
    return resolve(recipe);
  } catch {
    return undefined;
  }
}

/** Smaller recipes, the boldest first. */
function* candidates(recipe: Recipe): Generator<Recipe> {
  if (recipe.outputs.length > 1) for (const o of recipe.outputs) yield compact({ ...recipe, outputs: [o] });
  const n = recipe.inputs.length;
  const vals = attempt(recipe)?.vals;
  if (!vals) return;
  // A value becomes an input: everything before it goes.
  for (let i = recipe.steps.length - 1; i >= 0; i--) yield compact(asInput(recipe, i, vals[n + i]!));
  // A step is passed over: its users take another value of its kind.
  for (let i = recipe.steps.length - 1; i >= 0; i--) {
    const mine = vals[n + i]!;
    for (let v = n + i - 1; v >= 0; v--) {
      if (vals[v]!.cls === mine.cls && String(vals[v]!.sizes) === String(mine.sizes)) {
        yield compact(replace(recipe, n + i, v));
        break;
      }
    }
  }
  for (const b of [1, 2, 0, 3]) if (b < recipe.batch) yield { ...recipe, batch: b };
  const sizes = new Set(recipe.inputs.flatMap((x) => x.dims.filter((d) => typeof d === "number")));
  for (const s of sizes) for (const to of [1, 2, 3]) if (to < s) yield resized(recipe, s, to);
  for (let i = 0; i < recipe.steps.length; i++) {
    const step = recipe.steps[i]!;
    if (step.r.some((r) => r !== 0)) yield { ...recipe, steps: recipe.steps.with(i, { ...step, r: step.r.map(() => 0) }) };
  }
}

const replace = (recipe: Recipe, from: number, to: number): Recipe => ({
  ...recipe,
  steps: recipe.steps.map((s) => ({ ...s, args: s.args.map((a) => (a === from ? to : a)) })),
  outputs: recipe.outputs.map((o) => (o === from ? to : o)),
});
/** Step i's value as one more input; all later places move by one. */
function asInput(recipe: Recipe, i: number, val: { readonly cls: Recipe["inputs"][number]["cls"]; readonly dims: Shape }): Recipe {
  const n = recipe.inputs.length;
  const moved = (a: number): number => (a === n + i ? n : a >= n ? a + 1 : a);
  return {
    ...recipe,
    inputs: [...recipe.inputs, { cls: val.cls, dims: val.dims }],
    steps: recipe.steps.map((s) => ({ ...s, args: s.args.map(moved) })),
    outputs: recipe.outputs.map(moved),
  };
}
const resized = (recipe: Recipe, from: number, to: number): Recipe => ({
  ...recipe,
  inputs: recipe.inputs.map((x) => ({ ...x, dims: x.dims.map((d) => (d === from ? to : d)) })),
});

/** Without the steps and inputs that no output needs. */
export function compact(recipe: Recipe): Recipe {
  const n = recipe.inputs.length;
  const needed = new Set<number>();
  const visit = (i: number): void => {
    if (needed.has(i)) return;
    needed.add(i);
    recipe.steps[i - n]?.args.forEach(visit);
  };
  recipe.outputs.forEach(visit);
  const places = [...needed].sort((a, b) => a - b);
  const at = (i: number): number => places.indexOf(i);
  return {
    ...recipe,
    inputs: recipe.inputs.filter((_, i) => needed.has(i)),
    steps: recipe.steps.flatMap((s, i): Step[] => (needed.has(n + i) ? [{ ...s, args: s.args.map(at) }] : [])),
    outputs: recipe.outputs.map(at),
  };
}
