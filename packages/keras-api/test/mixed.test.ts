// Mixed precision against Keras: dtypes and values of layers, their gradients, trainings, and how the loss is scaled meanwhile.
import { mul, type Shape, type Tensor, tensor, type Variable } from "@antler/tensor-core";
import { epsilon } from "@antler/tensor-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import {
  type AnyModel,
  type Config,
  clearSession,
  config,
  dtypePolicies,
  Layer,
  layers,
  metrics,
  mixedPrecision,
  modelFromJSON,
  optimizers,
  type PolicyLike,
  sequential,
  setDtypePolicy,
  setRandomSeed,
} from "../src/index.ts";
import { optionsOfCompileConfig } from "../src/training/compile-options.ts";
import { type Closeness, expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { type LayerCase, runCompiled, runLayerCase } from "./oracle/layer-case.ts";

interface Training {
  readonly name: string;
  readonly model: Config;
  readonly compile: Config;
  readonly auto_scale_loss: boolean;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly before: readonly Numbers[];
  readonly logs: readonly (readonly number[])[];
  /** The scale of the loss, the finite steps since it changed, and how many were made; null without a scale. */
  readonly scales: readonly (readonly number[] | null)[];
  readonly after: readonly Numbers[];
  readonly predicted: Numbers;
}
type Case = { readonly policy: "mixed_float16" | "mixed_bfloat16" } & (
  | ({ readonly kind: "layer" } & LayerCase)
  | ({ readonly kind: "training" } & Training)
);

/** Up to 16 roundings of half a unit lie behind a number: casts, products, biases, activations, and the way back. */
const roundings = 8;
const closenessOf = ({ policy }: Pick<Case, "policy">): Closeness => ({
  relative: roundings * epsilon(policy === "mixed_float16" ? "float16" : "bfloat16"),
});

afterEach(() => {
  setDtypePolicy("float32");
  clearSession();
});

const { cases } = fixture<Case>("mixed");

describe("layers in 16 bits", () => {
  for (const c of cases) {
    if (c.kind !== "layer") continue;
    it(c.name, () => runLayerCase(c, closenessOf(c)));
    it(`${c.name}, compiled for any batch`, () => runCompiled(c, closenessOf(c)));
  }
});

function scaleOf({ optimizer }: AnyModel): readonly number[] | null {
  if (!(optimizer instanceof optimizers.LossScaleOptimizer)) return null;
  const finiteSteps = optimizer.variables.find((v) => v.name.endsWith("step_counter"))!;
  return [optimizer.dynamicScale, finiteSteps, optimizer.iterations].map((v) => v.value.arraySync() as number);
}

describe("trainings in 16 bits", () => {
  for (const c of cases) {
    if (c.kind !== "training") continue;
    it(c.name, async () => {
      setDtypePolicy(c.policy as PolicyLike);
      const model = modelFromJSON(JSON.stringify(c.model));
      model.setWeights(c.before.map(tensorOf));
      model.compile({ ...optionsOfCompileConfig(c.compile), autoScaleLoss: c.auto_scale_loss });
      expect(model.getCompileConfig()).toEqual(c.compile);
      const [x, y] = [tensorOf(c.x), tensorOf(c.y)];
      const closeness = closenessOf(c);
      for (const [step, [loss, accuracy]] of c.logs.entries()) {
        const logs = await model.trainOnBatch(x as never, y as never);
        expect(Math.abs(logs[0]! - loss!), `loss ${step}`).toBeLessThan(closeness.relative! * loss!);
        expect(logs[1], `accuracy ${step}`).toBe(accuracy);
        expect(scaleOf(model), `scale ${step}`).toEqual(c.scales[step]);
      }
      for (const [i, w] of model.weights.entries()) await expectNumbers(w.value, c.after[i]!, closeness, w.name);
      const predicted = model.predict(x as never) as unknown as Tensor;
      await expectNumbers(predicted, c.predicted, closeness, "predict");
    });
  }
});

const x = (): Tensor => tensor([[1, -0.5]]);
const rows = [
  [1, 2],
  [2, -1],
  [-1, 0.5],
];
const last = <T>(values: readonly T[]): T => values.at(-1)!;

describe("what a policy reaches", () => {
  it("a layer inside another follows its own", () => {
    class Two extends Layer {
      readonly first = layers.dense({ units: 2 });
      readonly second = layers.dense({ units: 2, dtype: "float32" });
      override call(x: Tensor): Tensor {
        const y = this.first.apply(x);
        expect([y.dtype, this.second.apply(y).dtype, this.first.kernel!.value.dtype]).toEqual(["float16", "float32", "float16"]);
        return y;
      }
    }
    setDtypePolicy("mixed_float16");
    const two = new Two();
    expect(two.apply(x()).dtype).toBe("float16");
    expect(two.weights.map((v) => v.value.dtype)).toEqual(["float32", "float32", "float32", "float32"]);
  });
  it("autocast: false leaves inputs and weights alone", () => {
    class Scale extends Layer {
      scale!: Variable;
      override build(shape: Shape): void {
        this.scale = this.addWeight({ name: "scale", initializer: "ones" });
        super.build(shape);
      }
      override call(x: Tensor): Tensor {
        return mul(x, this.scale);
      }
    }
    const dtypeOf = (autocast: boolean): string => new Scale({ dtype: "mixed_bfloat16", autocast }).apply(x()).dtype;
    expect([dtypeOf(true), dtypeOf(false)]).toEqual(["bfloat16", "float32"]);
    expect(new Scale({ autocast: false }).getConfig()).not.toHaveProperty("autocast");
  });
  it("a metric inside a layer counts in float32", async () => {
    class Counted extends Layer {
      readonly size = metrics.mean({ name: "size" });
      override call(x: Tensor): Tensor {
        this.size.updateState(x);
        return x;
      }
    }
    const layer = new Counted({ dtype: "mixed_bfloat16" });
    // In bfloat16 256 + 1 is 256.
    for (const v of [256, 1]) layer.apply(tensor([v]));
    expect(await layer.size.result().array()).toBe(128.5);
  });
  it("fit follows it, with penalties of results in 16 bits, and learns what float32 learns", async () => {
    const losses = async (policy: PolicyLike): Promise<number[]> => {
      setDtypePolicy(policy);
      setRandomSeed(2);
      const model = sequential([layers.dense({ units: 3, activityRegularizer: "l2", inputShape: [2] }), layers.dense({ units: 1 })]);
      // Gradients above 2 overflow at the default scale: the first steps would be left out.
      const optimizer = optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.sgd({ learningRate: 0.05 }), initialScale: 256 });
      model.compile({ optimizer, loss: "mse" });
      const { history } = await model.fit(rows, [1, 2, 0], { epochs: 5, batchSize: 2, shuffle: false, verbose: 0 });
      expect(model.trainableWeights.map((v) => v.dtype)).toEqual(["float32", "float32", "float32", "float32"]);
      return history["loss"] as number[];
    };
    const want = await losses("float32");
    for (const policy of ["mixed_float16", "mixed_bfloat16"] as const) {
      const got = await losses(policy);
      // A square doubles what is off, and each epoch adds as much.
      const off = 2 * closenessOf({ policy }).relative! * want[0]!;
      got.forEach((v, i) => void expect(Math.abs(v - want[i]!), `epoch ${i}`).toBeLessThan((i + 1) * off));
      expect(last(got)).toBeLessThan(got[0]!);
    }
  });
});

describe("names and configs", () => {
  it("are Keras's", () => {
    mixedPrecision.setGlobalPolicy("mixed_bfloat16");
    const policies = [config.dtypePolicy(), mixedPrecision.globalPolicy(), dtypePolicies.get(null), new mixedPrecision.Policy()];
    expect(policies.map((p) => p.name)).toEqual(Array(4).fill("mixed_bfloat16"));
    expect(layers.dense({ units: 1 }).computeDtype).toBe("bfloat16");
    const saved = dtypePolicies.serialize(dtypePolicies.get("mixed_float16"));
    expect(saved).toEqual({ module: "keras", class_name: "DTypePolicy", config: { name: "mixed_float16" }, registered_name: null });
    expect(dtypePolicies.deserialize(saved)).toMatchObject({ computeDtype: "float16", variableDtype: "float32" });
    expect(dtypePolicies.deserialize({ ...saved, class_name: "FloatDTypePolicy" }).name).toBe("mixed_float16");
  });
  it("what is no policy is refused", () => {
    expect(() => setDtypePolicy("mixed_float8" as never)).toThrow('DTypePolicy: no policy is called "mixed_float8".');
    const quantized = { module: "keras", class_name: "QuantizedDTypePolicy", config: { name: "int8_from_float32" }, registered_name: null };
    expect(() => dtypePolicies.deserialize(quantized)).toThrow('there is no policy of class "QuantizedDTypePolicy"');
  });
});
