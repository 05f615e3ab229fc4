// Training compared with Keras: models made of its own JSON, with its weights, data and compile options, give its logs and weights.
import { mean, mul, type Shape, square, type Tensor, type Variable } from "@antler/tensor-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type AnyModel,
  type Callback,
  type Config,
  callbacks,
  clearSession,
  type FitOptions,
  Layer,
  metrics,
  modelFromJSON,
  regularizers,
} from "../src/index.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { judges } from "./oracle/judges.ts";

type Tree = Numbers | readonly (Numbers | null)[] | { readonly [name: string]: Numbers };
interface Case {
  readonly name: string;
  readonly model: Config;
  readonly compile: Config;
  readonly fit: {
    readonly batch_size: number;
    readonly epochs: number;
    readonly class_weight: Readonly<Record<number, number>> | null;
    readonly validation_split?: number;
    readonly validation_freq?: number;
    readonly validation_batch_size?: number;
    readonly validation_steps?: number;
    readonly steps_per_epoch?: number;
  };
  readonly callbacks: readonly (readonly [kind: string, options: Readonly<Record<string, unknown>>])[];
  readonly x: Tree;
  readonly y: Tree;
  readonly weight: Tree | null;
  readonly validation: readonly Tree[] | null;
  readonly before: readonly Numbers[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly after: readonly Numbers[];
  readonly evaluate: readonly number[];
  readonly on_batch: readonly number[];
  readonly predict: Tree;
}

const isNumbers = (t: Tree): t is Numbers => "base64" in t;
const load = (t: Tree | null): never =>
  (t === null
    ? null
    : isNumbers(t)
      ? tensorOf(t)
      : Array.isArray(t)
        ? t.map(load)
        : Object.fromEntries(Object.entries(t).map(([key, x]) => [key, load(x as Numbers)]))) as never;

/** As the layer of the same name in training.py. */
class Penalised extends Layer {
  scale!: Variable;
  readonly size = metrics.mean({ name: "size" });
  override get className(): string {
    return "Penalised";
  }
  override build(shape: Shape): void {
    const regularizer = regularizers.l2({ l2: 0.1 });
    this.scale = this.addWeight({ name: "scale", shape: [shape.at(-1) as number], initializer: "ones", regularizer });
    super.build(shape);
  }
  override call(x: Tensor): Tensor {
    const y = mul(x, this.scale);
    this.addLoss(mul(mean(square(y)), 0.05));
    this.size.updateState(mean(square(y)));
    return y;
  }
}

const made: Readonly<Record<string, (options: never) => Callback>> = {
  EarlyStopping: (o: { monitor: string; patience: number; restore_best_weights: boolean; min_delta?: number }) =>
    callbacks.earlyStopping(camel(o) as never),
  ReduceLROnPlateau: (o) => callbacks.reduceLROnPlateau(camel(o) as never),
  LearningRateScheduler: () => callbacks.learningRateScheduler((epoch, rate) => rate * (epoch % 2 ? 0.5 : 1)),
};
const camel = (o: object): object =>
  Object.fromEntries(Object.entries(o).map(([key, x]) => [key.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), x]));

const modelOf = (c: Case): AnyModel => {
  const model = modelFromJSON(JSON.stringify(c.model), { customObjects: { Penalised } });
  model.setWeights(c.before.map(tensorOf));
  model.compileFromConfig(c.compile);
  return model;
};
function optionsOf(c: Case): FitOptions {
  const { class_weight: classWeight, ...rest } = c.fit;
  return {
    ...(camel(rest) as FitOptions),
    classWeight: classWeight ?? undefined,
    sampleWeight: load(c.weight) ?? undefined,
    validationData: c.validation ? (c.validation.map(load) as never) : undefined,
    callbacks: c.callbacks.map(([kind, options]) => made[kind]!(options as never)),
    shuffle: false,
    verbose: 0,
  };
}

beforeEach(() => {
  clearSession();
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());

/** Both round after each of some hundred steps, in sums of other orders. */
const closeness = { relative: 1e-4, absolute: 1e-5 };
function expectValues(got: readonly number[], want: readonly number[], what: string): void {
  expect(got.length, what).toBe(want.length);
  want.forEach((w, i) => {
    const off = Math.abs(got[i]! - w);
    if (!(off <= closeness.absolute + closeness.relative * Math.abs(w))) expect.fail(`${what}[${i}] is ${got[i]}, Keras has ${w}`);
  });
}
async function expectTree(got: unknown, want: Tree, what: string): Promise<void> {
  if (isNumbers(want)) return expectNumbers(got as Tensor, want, closeness, what);
  expect(Object.keys(got as object)).toEqual(Object.keys(want));
  for (const [key, part] of Object.entries(want))
    await expectTree((got as Record<string, unknown>)[key], part as Numbers, `${what}.${key}`);
}

describe("fit, evaluate, trainOnBatch and predict give Keras's numbers", () => {
  for (const c of fixture<Case>("training").cases) {
    const called = ["History", ...c.callbacks.map(([kind]) => kind)].map((kind) => `keras.callbacks.${kind}`);
    it(c.name, judges(`keras.${c.model["class_name"] === "Sequential" ? "Sequential" : "Model"}`, ...called), async () => {
      const model = modelOf(c);
      expect(model.getCompileConfig()).toEqual(c.compile);
      const [x, y] = [load(c.x), load(c.y)];
      const options = optionsOf(c);
      const { history } = await model.fit(x, y, options);
      expect(Object.keys(history)).toEqual(Object.keys(c.history));
      for (const [name, values] of Object.entries(c.history)) expectValues(history[name]!, values, name);
      for (const [i, w] of model.getWeights().entries()) await expectNumbers(w, c.after[i]!, closeness, model.weights[i]!.name);
      const { sampleWeight, batchSize } = options;
      expectValues(await model.evaluate(x, y, { sampleWeight, batchSize, verbose: 0 }), c.evaluate, "evaluate");
      expectValues(await model.trainOnBatch(x, y, { sampleWeight }), c.on_batch, "trainOnBatch");
      await expectTree(model.predict(x, { batchSize }), c.predict, "predict");
    });
  }
});
