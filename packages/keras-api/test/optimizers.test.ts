// Optimizers compared with Keras: twenty steps of each, op by op and as one program; slots, configs, and what fits into no table.
import {
  at,
  func,
  IndexedSlices,
  memory,
  onEvent,
  relu,
  type Tensor,
  tensor,
  tidy,
  unstack,
  Variable,
  zerosLike,
} from "@antler/tensor-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { clearSession, type Optimizer, optimizers } from "../src/index.ts";
import type { Serialized } from "../src/serialization/config.ts";
import { registerKerasSerializable } from "../src/serialization/registry.ts";
import { setConstraint } from "../src/weights.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";

interface OptimizerCase {
  readonly name: string;
  readonly config: Serialized;
  readonly excluded: { readonly names?: readonly string[]; readonly variables?: readonly number[] };
  readonly constrained: readonly number[];
  readonly weights: readonly { readonly path: string; readonly before: Numbers }[];
  /** For each weight: of all steps, stacked. */
  readonly gradients: readonly Numbers[];
  /** The weights after some steps. */
  readonly after: Readonly<Record<string, readonly Numbers[]>>;
  readonly slots: readonly { readonly path: string; readonly dtype: string; readonly value: Numbers }[];
  readonly scaled: number;
  readonly finalized?: readonly Numbers[];
}
const { cases } = fixture<OptimizerCase>("optimizers");
const ulp = 2 ** -23;

/**
 * Each step rounds a dozen operations on one side and on the other, by half a unit of the largest number each; errors add up.
 * Adam's kin divide by `1 − β₂ᵗ`, in which the rounding of β₂ᵗ counts `1 / (1 − β₂)` times: as a part of a step, and a step is as
 * large as the learning rate.
 */
const relativeAfter = (steps: number): number => steps * 12 * ulp;

beforeEach(() => clearSession());

function prepared(c: OptimizerCase): { optimizer: Optimizer; weights: Variable[]; gradients: Tensor[][] } {
  const weights = c.weights.map(({ path, before }) => new Variable(tensorOf(before), { name: path }));
  for (const i of c.constrained) setConstraint(weights[i]!, { apply: relu });
  const optimizer = optimizers.deserialize(c.config);
  const { names = [], variables = [] } = c.excluded;
  if (names.length || variables.length) optimizer.excludeFromWeightDecay({ names, variables: variables.map((i) => weights[i]!) });
  const byWeight = c.gradients.map((g) => unstack(tensorOf(g)));
  return { optimizer, weights, gradients: byWeight[0]!.map((_, step) => byWeight.map((g) => g[step]!)) };
}

describe.each(["eager", "compiled"])("%s", (mode) => {
  it.each(cases)("$name gives Keras's numbers", async (c) => {
    const { optimizer, weights, gradients } = prepared(c);
    const apply = (...g: Tensor[]): Tensor => (optimizer.apply(g, weights), optimizer.scaleLoss(tidy(() => zerosLike(g.at(-1)!))));
    const step = mode === "eager" ? apply : func(apply);
    const expectAll = async (want: readonly Numbers[], relative: number, what: string): Promise<void> => {
      for (const [i, w] of want.entries())
        await expectNumbers(weights[i]!.value, w, { relative, absolute: ulp }, `${what} ${weights[i]!.name}`);
    };
    for (const [i, g] of gradients.entries()) {
      step(...g).dispose();
      const want = c.after[i + 1];
      if (want) await expectAll(want, relativeAfter(i + 1), `step ${i + 1}`);
    }
    const relative = relativeAfter(gradients.length);
    expect(optimizer.variables.map((v) => [v.name, v.savedDtype, v.shape])).toEqual(c.slots.map((s) => [s.path, s.dtype, s.value.shape]));
    for (const [i, s] of c.slots.entries())
      await expectNumbers(optimizer.variables[i]!.value, s.value, { relative, absolute: ulp }, s.path);
    expect(await optimizer.scaleLoss(tensor(3)).array()).toBe(c.scaled);
    if (!c.finalized) return;
    optimizer.finalizeVariableValues(weights);
    await expectAll(c.finalized, relative, "finalized");
  });
});

it.each(cases)("$name has Keras's config", (c) => {
  expect(optimizers.serialize(optimizers.deserialize(c.config))).toEqual(c.config);
});
