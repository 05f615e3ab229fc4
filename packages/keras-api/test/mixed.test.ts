// Mixed precision against Keras: dtypes and values of layers, their gradients, trainings, and how the loss is scaled meanwhile.
import type { Tensor } from "@antler/tensor-core";
import { epsilon } from "@antler/tensor-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type AnyModel, type Config, clearSession, modelFromJSON, optimizers, type PolicyLike, setDtypePolicy } from "../src/index.ts";
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

/** Each value was rounded some times, and TensorFlow's kernels round within sums, too: of up to 18 terms here. */
const roundings = 8;
const closenessOf = ({ policy }: Case): Closeness => ({
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
