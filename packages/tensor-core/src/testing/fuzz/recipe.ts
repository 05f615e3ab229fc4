/** Random graphs as plain data: which inputs, which steps on which values, which outputs. A recipe can be cut and run again. */
import type { DType } from "../../dtype.ts";
import { bindShape, type Shape, type Sym, symbol } from "../../shape.ts";
import { makeSpec, type Spec } from "../../spec.ts";
import type { Tensor } from "../../tensor.ts";
import { trace } from "../../trace.ts";
import { createRandom, type Random } from "../random.ts";
import { foldKinds } from "./folds.ts";
import { type Class, count, type Env, type Kind, LARGEST, type Planned, type Val } from "./kinds.ts";
import { mapKinds } from "./maps.ts";
import { regionKinds } from "./regions.ts";
import { viewKinds } from "./views.ts";

const kinds: readonly Kind[] = [...mapKinds, ...viewKinds, ...foldKinds, ...regionKinds];
const byName = new Map(kinds.map((k) => [k.name, k]));
const totalWeight = kinds.reduce((sum, k) => sum + k.weight, 0);

export interface RecipeInput {
  readonly cls: Class;
  readonly dims: Shape;
}
export interface Step {
  readonly kind: string;
  /** Places in the list of values: the inputs, then the steps. */
  readonly args: readonly number[];
  readonly r: readonly number[];
}
export interface Recipe {
  readonly seed: number;
  /** The number behind the unknown size "batch". */
  readonly batch: number;
  readonly inputs: readonly RecipeInput[];
  readonly steps: readonly Step[];
  readonly outputs: readonly number[];
}
/** A recipe with all choices made. */
export interface Plan {
  readonly recipe: Recipe;
  readonly calls: readonly Planned[];
  readonly vals: readonly Val[];
}

export const BATCH: Sym = symbol("batch");
const FRACTIONS = 6;
const MAX_RANK = 5;
const classOf = (dtype: DType): Class => (dtype === "int32" ? "i" : dtype === "bool" ? "b" : "f");
export const dtypeOf = (cls: Class, float: DType): DType => (cls === "f" ? float : cls === "i" ? "int32" : "bool");
export const specsOf = (recipe: Recipe, float: DType = "float32"): Spec[] =>
  recipe.inputs.map((x) => makeSpec(x.dims, dtypeOf(x.cls, float)));
export const bound = (recipe: Recipe, shape: Shape): number[] => bindShape(shape, new Map([["batch", recipe.batch]]));

/** Traces steps one by one; each is tried before it is kept. */
class Builder {
  readonly vals: Val[] = [];
  readonly calls: Planned[] = [];
  readonly #tensors: Tensor[];
  readonly #batch: number;
  constructor(recipe: Pick<Recipe, "inputs" | "batch">, inputs: readonly Tensor[]) {
    this.#batch = recipe.batch;
    this.#tensors = [...inputs];
    for (const t of inputs) this.vals.push(this.#val(t, t.dtype === "int32" ? 11 : 1));
  }
  #val(t: Tensor, mag: number): Val {
    return { cls: classOf(t.dtype), dims: t.dims, sizes: bindShape(t.dims, new Map([["batch", this.#batch]])), mag };
  }
  /** Why the step cannot be, or undefined once it is added. */
  add(step: Step): string | undefined {
    const kind = byName.get(step.kind)!;
    const args = step.args.map((i) => this.vals[i]!);
    if (args.some((v, i) => v?.cls !== kind.takes[i])) return "its arguments are of other classes";
    try {
      const planned = kind.plan(args, step.r);
      if (!planned) return "its arguments do not suit";
      const t = planned.run(
        step.args.map((i) => this.#tensors[i]!),
        { float: "float32", at: (s) => s },
      );
      const val = this.#val(t, planned.mag);
      if (val.dims.length > MAX_RANK || count(val.sizes) > LARGEST) return "its result is too large";
      this.#tensors.push(t);
      this.vals.push(val);
      this.calls.push(planned);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** Makes all choices of a recipe; throws where a step cannot be. */
export function resolve(recipe: Recipe): Plan {
  return building(recipe, (builder) => {
    for (const [i, step] of recipe.steps.entries()) {
      const wrong = builder.add(step);
      if (wrong) throw new Error(`step ${i}, ${step.kind}: ${wrong}`);
    }
    return { recipe, calls: builder.calls, vals: builder.vals };
  });
}
const building = <T>(recipe: Pick<Recipe, "inputs" | "batch">, fn: (builder: Builder) => T): T =>
  trace(
    "fuzz",
    specsOf(recipe as Recipe),
    (xs) => fn(new Builder(recipe, xs)),
    () => [],
  ).result;

/** A random recipe: the same seed gives the same one. */
export function generate(seed: number, maxNodes = 60): Recipe {
  const random = createRandom(seed);
  const batch = random.chance(0.6) ? random.int(1, 5) : random.pick([0, 1, 7, 16, 33, 65]);
  const size = (): number => (random.chance(0.85) ? random.int(1, 4) : random.pick([0, 1, 5, 8, 17, 65]));
  const shapes = Array.from({ length: random.int(1, 3) }, () => randomShape(random, size));
  const inputs = Array.from(
    { length: random.int(1, 4) },
    (_, i): RecipeInput => ({ cls: i === 0 ? "f" : random.pick(["f", "f", "i", "b"] as const), dims: random.pick(shapes) }),
  );
  const wanted = random.chance(0.8) ? random.int(5, Math.min(20, maxNodes)) : random.int(5, maxNodes);
  return building({ inputs, batch }, (builder) => {
    const steps: Step[] = [];
    for (let tries = 0; steps.length < wanted && tries < 20 * wanted; tries++) {
      const step = randomStep(random, builder.vals);
      if (step && builder.add(step) === undefined) steps.push(step);
    }
    return { seed, batch, inputs, steps, outputs: chooseOutputs(random, inputs.length, steps) };
  });
}
function randomShape(random: Random, size: () => number): Shape {
  const rank = random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4, 4]);
  const rest = Array.from({ length: Math.max(0, rank - 1) }, size);
  return rank === 0 ? [] : [random.chance(0.5) ? BATCH : size(), ...rest];
}
/** A kind by weight, on values of which later ones are likelier. */
function randomStep(random: Random, vals: readonly Val[]): Step | undefined {
  let at = random.next() * totalWeight;
  const kind = kinds.find((k) => (at -= k.weight) < 0) ?? kinds[0]!;
  const args: number[] = [];
  for (const cls of kind.takes) {
    const fit = vals.flatMap((v, i) => (v.cls === cls ? [i] : []));
    if (!fit.length) return undefined;
    args.push(fit[Math.floor(random.next() ** 0.6 * fit.length)]!);
  }
  return { kind: kind.name, args, r: Array.from({ length: FRACTIONS }, () => random.next()) };
}
/** What nobody uses, a few others beside, most recent first. */
function chooseOutputs(random: Random, inputs: number, steps: readonly Step[]): number[] {
  const used = new Set(steps.flatMap((s) => s.args));
  const made = steps.map((_, i) => inputs + i);
  const unused = made.filter((i) => !used.has(i));
  const extra = made.filter((i) => used.has(i) && random.chance(0.1));
  const all = [...new Set([...unused, ...extra])].reverse().slice(0, 8);
  return all.length ? all : [0];
}

/** Runs a plan on tensors, eager or traced. */
export function execute(plan: Plan, inputs: readonly Tensor[], env: Env): Tensor[] {
  const values = [...inputs];
  plan.calls.forEach((call, i) =>
    values.push(
      call.run(
        plan.recipe.steps[i]!.args.map((a) => values[a]!),
        env,
      ),
    ),
  );
  return plan.recipe.outputs.map((i) => values[i]!);
}
