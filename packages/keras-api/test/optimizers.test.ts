// Optimizers compared with Keras: twenty steps of each, op by op and as one program; slots, configs, and what fits into no table.
import { usePrinter } from "@antler/compiler";
import * as printer from "@antler/compiler/print";
import { strictBackend } from "@antler/compiler/testing";
import {
  func,
  getBackend,
  IndexedSlices,
  memory,
  onEvent,
  relu,
  setBackend,
  type Tensor,
  tensor,
  unstack,
  Variable,
} from "@antler/tensor-core";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { clearSession, type Optimizer, optimizers } from "../src/index.ts";
import type { Serialized } from "../src/serialization/config.ts";
import { registerKerasSerializable } from "../src/serialization/registry.ts";
import { setConstraint } from "../src/weights.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { forms, judges, nameOf } from "./oracle/judges.ts";

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
afterEach(() => void vi.restoreAllMocks());

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
  for (const c of cases) it(`${c.name} gives Keras's numbers`, judges(nameOf(c.config)), () => expectSteps(c));
  async function expectSteps(c: OptimizerCase): Promise<void> {
    const { optimizer, weights, gradients } = prepared(c);
    const apply = (...g: Tensor[]): Tensor => {
      optimizer.apply(g, weights);
      return (optimizer instanceof optimizers.MultiOptimizer ? optimizer.optimizers[0]! : optimizer).currentLearningRate();
    };
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
  }
});

for (const c of cases) {
  it(`${c.name} has Keras's config`, judges(nameOf(c.config), ...forms("optimizers")), () => {
    expect(optimizers.serialize(optimizers.get(c.config))).toEqual(c.config);
    expect(optimizers.serialize(optimizers.deserialize(c.config))).toEqual(c.config);
  });
}

describe("a compiled step", () => {
  const variables = (): Variable[] => [[1, 2, 3], [4]].map((v, i) => new Variable(tensor(v), { name: `w${i}` }));

  it.each(["sgd", "adam", "adamw", "rmsprop", "lamb"])(
    "of %s is one run, whatever the learning rate, and keeps no memory",
    async (name) => {
      const [optimizer, weights] = [optimizers.get(name), variables()];
      const step = func((a: Tensor, b: Tensor) => {
        optimizer.apply([a, b], weights);
        return relu(a);
      });
      const gradients = [tensor([1, -1, 2]), tensor([0.5])] as const;
      step(...gradients).dispose();
      optimizer.learningRate = 0.25;
      const before = memory();
      const seen: string[] = [];
      const stop = onEvent((e) => void seen.push(e.kind));
      for (const rate of [0.5, 0.125]) {
        optimizer.learningRate = rate;
        step(...gradients).dispose();
      }
      stop();
      expect(seen).toEqual(["run", "run"]);
      expect(await optimizer.learningRate.value.array()).toBe(0.125);
      const after = memory();
      expect([after.numTensors, after.numBytes]).toEqual([before.numTensors, before.numBytes]);
    },
  );

  it.each(["sgd", "adam", "adamw", "rmsprop", "nadam", "adagrad"])(
    "of %s is one kernel for each variable, and one for scalars",
    async (name) => {
      const usual = getBackend();
      onTestFinished(async () => void (await setBackend(usual)));
      await setBackend(strictBackend({ buffers: 12 }));
      const [optimizer, weights] = [optimizers.get(name), variables()];
      usePrinter(printer);
      let program = "";
      const stop = onEvent((e) => void (program = e.kind === "compile" ? (e.print?.() ?? "") : program));
      func((a: Tensor, b: Tensor) => {
        optimizer.apply([a, b], weights);
        return optimizer.iterations.value;
      })(tensor([1, -1, 2]), tensor([0.5]));
      stop();
      const kernels = [...program.matchAll(/^\d+: (\w+) /gm)].map((m) => m[1]);
      expect(kernels).toEqual(["kernel", "kernel", "kernel"]);
    },
  );

  it("takes a schedule along, and a function of the step", async () => {
    const schedule = optimizers.schedules.piecewiseConstantDecay({ boundaries: [0, 1], values: [1, 0.5, 0.25] });
    const byHand = (step: Tensor): Tensor => schedule.apply(step);
    for (const learningRate of [schedule, byHand]) {
      const [optimizer, w] = [optimizers.sgd({ learningRate }), new Variable(tensor([0]))];
      const step = func((g: Tensor) => {
        optimizer.apply([g], [w]);
        return relu(g);
      });
      for (let i = 0; i < 4; i++) step(tensor([1])).dispose();
      expect(await w.value.array()).toEqual([-2]);
      expect(await optimizer.currentLearningRate().array()).toBe(0.25);
      expect(optimizer.variables.map((v) => v.name.split("/")[1])).toEqual(["iteration"]);
      expect(() => optimizer.learningRate).toThrow("its learning rate is a rule, no variable. Read it with currentLearningRate()");
    }
  });
});

describe("gradients", () => {
  it("as slices are summed up where rows come twice", async () => {
    const slices = new IndexedSlices(
      tensor([
        [1, 1],
        [2, 2],
        [4, 4],
      ]),
      tensor([2, 0, 2], [3], "int32"),
      [3, 2],
    );
    const results = [];
    for (const gradient of [
      slices,
      tensor([
        [2, 2],
        [0, 0],
        [5, 5],
      ]),
    ]) {
      const w = new Variable(
        tensor([
          [0, 0],
          [0, 0],
          [0, 0],
        ]),
      );
      optimizers.adagrad({ learningRate: 1 }).apply([gradient], [w]);
      results.push(await w.value.array());
    }
    expect(results[0]).toEqual(results[1]);
  });
  it("that are missing leave their variables; where all are, it is an error", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [a, b] = [new Variable(tensor([1]), { name: "a" }), new Variable(tensor([1]), { name: "b" })];
    const sgd = optimizers.sgd({ learningRate: 1 });
    sgd.applyGradients([
      [null, a],
      [tensor([0.5]), b],
    ]);
    expect([await a.value.array(), await b.value.array()]).toEqual([[1], [0.5]]);
    expect(warn).toHaveBeenCalledOnce();
    expect(() => sgd.apply([null, null], [a, b])).toThrow("SGD: no variable has a gradient (a, b)");
    expect(() => sgd.apply([tensor([1])], [a, b])).toThrow("got 1 gradients for 2 variables");
    expect(() => sgd.apply([tensor([1])], [new Variable(tensor([1]), { name: "c" })])).toThrow('does not know the variable "c"');
  });
});

describe("a loss scale", () => {
  it("grows and shrinks in the graph, where the loss reads it", async () => {
    const optimizer = optimizers.lossScaleOptimizer({
      innerOptimizer: optimizers.sgd({ learningRate: 1 }),
      initialScale: 8,
      dynamicGrowthSteps: 2,
    });
    const w = new Variable(tensor([0]));
    const step = func((g: Tensor) => {
      const scaled = optimizer.scaleLoss(g);
      optimizer.apply([scaled], [w]);
      return scaled;
    });
    const scales = [];
    for (const g of [1, 1, Number.POSITIVE_INFINITY, 1]) scales.push(((await step(tensor([g])).array()) as number[])[0]! / g);
    expect(scales).toEqual([8, 8, Number.NaN, 8]);
    expect(await w.value.array()).toEqual([-3]);
    expect(await optimizer.iterations.value.array()).toBe(3);
  });
});

describe("names and configs", () => {
  it("a string stands for an optimizer, in Keras's ways of writing", () => {
    for (const name of ["adamw", "AdamW", "adamW", "adam_w"]) expect(optimizers.get(name)).toBeInstanceOf(optimizers.AdamW);
    for (const name of ["rmsprop", "RMSprop", "rmsProp"]) expect(optimizers.get(name)).toBeInstanceOf(optimizers.RMSprop);
    expect(optimizers.get("sgd").name).toBe("sgd");
    expect(() => optimizers.get(3 as never)).toThrow("expected a name, a config or an optimizer, got 3");
  });
  it("a registered function is found again", () => {
    const halving = registerKerasSerializable((step: Tensor): Tensor => relu(step), { package: "test", name: "halving" });
    const config = optimizers.serialize(optimizers.sgd({ learningRate: halving }));
    expect(config.config).toMatchObject({ learning_rate: { class_name: "function", config: "test>halving", registered_name: "function" } });
    expect(optimizers.serialize(optimizers.deserialize(config)).config).toMatchObject({
      learning_rate: { config: "test>halving" },
    });
  });
  it("the config has the last number that was set", () => {
    const optimizer = optimizers.adam();
    optimizer.learningRate = 0.1;
    expect(optimizer.getConfig()).toMatchObject({ learning_rate: Math.fround(0.1) });
  });
});

it("refuses what Keras refuses", () => {
  const { adam, adamW, adamax, ftrl, lion, sgd } = optimizers;
  expect(() => adam({ clipnorm: 1, clipvalue: 1 })).toThrow("Adam: only one of clipnorm, clipvalue and globalClipnorm may be given");
  expect(() => adam({ gradientAccumulationSteps: 1 })).toThrow("gradientAccumulationSteps must be an integer of 2 or more, got 1");
  expect(() => adamax({ useEma: true, emaMomentum: 1.5 })).toThrow("Adamax: emaMomentum must be between 0 and 1, got 1.5");
  expect(() => adam({ useEma: true, emaOverwriteFrequency: 0.5 })).toThrow(
    "emaOverwriteFrequency must be an integer of 1 or more, got 0.5",
  );
  expect(() => adam({ learningRate: "fast" as never })).toThrow("learningRate must be a number, a schedule or a function, got fast");
  expect(() => adamW({ weightDecay: null as never })).toThrow("AdamW: weightDecay must be a number, got null");
  expect(() => ftrl({ learningRatePower: 1 })).toThrow("Ftrl: learningRatePower must be 0 or less, got 1");
  expect(() => ftrl({ beta: 0, l1RegularizationStrength: -1 })).toThrow("Ftrl: l1RegularizationStrength must be 0 or more, got -1");
  expect(() => lion({ beta1: 0 })).toThrow("Lion: beta1 must be above 0 and at most 1, got 0");
  expect(() => sgd({ momentum: 2 })).toThrow("SGD: momentum must be between 0 and 1, got 2");
  const used = sgd();
  used.build([new Variable(tensor(1))]);
  expect(() => used.excludeFromWeightDecay({ names: ["bias"] })).toThrow("excludeFromWeightDecay() must come before the first step");
});

describe("MultiOptimizer", () => {
  const { MultiOptimizer, OptimizerMap, adam, lossScaleOptimizer, sgd } = optimizers;
  const map = (): InstanceType<typeof OptimizerMap> =>
    new OptimizerMap({ defaultOptimizer: sgd(), optimizerMap: { "a/.*": adam(), "a/b": sgd() } });

  it("finds an exact key, else the one pattern that matches all of a path, else the default", () => {
    const found = map();
    expect([found.get("a/b"), found.get("a/c"), found.get("x/a/c")]).toEqual([
      found.optimizerMap["a/b"],
      found.optimizerMap["a/.*"],
      found.defaultOptimizer,
    ]);
    const twice = new OptimizerMap({ defaultOptimizer: sgd(), optimizerMap: { "a.*": sgd(), ".*b": adam() } });
    expect(() => twice.get("ab")).toThrow('"ab" is matched by a.* and .*b');
  });
  it("has no learning rate of its own, and takes no wrappers", () => {
    const multi = new MultiOptimizer({ optimizerMap: map() });
    expect(() => multi.learningRate).toThrow("has no learning rate of its own");
    expect(() => new OptimizerMap({ defaultOptimizer: lossScaleOptimizer({ innerOptimizer: sgd() }) })).toThrow(
      "neither a LossScaleOptimizer",
    );
  });
  it("is asked by a function, too, which cannot be saved", async () => {
    const [fast, slow] = [sgd({ learningRate: 1 }), sgd({ learningRate: 0.5 })];
    const weights = [new Variable(tensor([1]), { name: "a" }), new Variable(tensor([1]), { name: "b" })];
    const multi = new MultiOptimizer({ optimizerMap: (v) => (v.name === "a" ? fast : slow) });
    multi.apply([tensor([1]), tensor([1])], weights);
    expect(await Promise.all(weights.map((w) => w.value.array()))).toEqual([[0], [0.5]]);
    expect(() => multi.getConfig()).toThrow("a function cannot be saved");
  });
});
