// Metrics compared with Keras: results batch after batch, weighted and not, after a reset, and configs; op by op and compiled.
import { abs, func, mean, type SignatureSpec, sub, type Tensor, tensor, unstack } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import { type Config, clearSession, type Metric, type MetricOptions, metrics } from "../src/index.ts";
import { setMask } from "../src/masks.ts";
import { camelCase, optionsOf, type Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { judges } from "./oracle/judges.ts";
import { onStrict } from "./oracle/strict.ts";

interface MetricCase {
  readonly class: string;
  readonly options: Config;
  readonly config: Config;
  /** Labels, or values, batch by batch along the first axis; so all others. */
  readonly y_true: Numbers;
  readonly y_pred?: Numbers;
  readonly sample_weight?: Numbers;
  readonly results: readonly Numbers[];
  readonly weighted?: readonly Numbers[];
  readonly reset: Numbers;
}
interface Names {
  readonly forms: Readonly<Record<"wrapper" | "object", Serialized>>;
  readonly aliases: Readonly<Record<string, string>>;
}
const [names, ...cases] = fixture<unknown>("metrics").cases as [Names, ...MetricCase[]];

const classes = metrics as unknown as Readonly<Record<string, new (options: MetricOptions) => Metric>>;
const make = (c: MetricCase): Metric => new classes[c.class]!(optionsOf(c.options) as MetricOptions);

/** The tensors of each batch, in the order `updateState` takes them. */
function batchesOf(c: MetricCase, weighted: boolean): Tensor[][] {
  const streams = [c.y_true, c.y_pred, weighted ? c.sample_weight : undefined].filter((n) => n !== undefined);
  const unstacked = streams.map((n) => unstack(tensorOf(n)));
  return unstacked[0]!.map((_, i) => unstacked.map((stream) => stream[i]!));
}
const batched = ({ shape, dtype }: Tensor): SignatureSpec => ({ shape: shape.length ? ["batch", ...shape.slice(1)] : [], dtype });

/** Functions that are not public in Keras, or not as metrics. */
const unlisted = ["accuracy", "cosine_similarity"];
const functions = metrics.functions as unknown as Readonly<Record<string, (yTrue: Tensor, yPred: Tensor, options: object) => Tensor>>;

type Update = (...args: Tensor[]) => void;
const eagerly = (m: Metric): Update => m.updateState.bind(m) as Update;
const compiled = (m: Metric, sample: readonly Tensor[]): Update =>
  func((...args: Tensor[]) => (m.updateState as Update).apply(m, args), { inputSignature: sample.map(batched) });

async function expectStream(
  m: Metric,
  update: Update,
  batches: readonly Tensor[][],
  want: readonly Numbers[],
  what: string,
): Promise<void> {
  for (const [i, batch] of batches.entries()) {
    update(...batch);
    await expectNumbers(m.result(), want[i]!, {}, `${what}, batch ${i}`);
  }
}

describe("metrics give Keras's values", () => {
  beforeEach(() => clearSession());
  cases.forEach((c, i) => {
    it(`${i}: ${c.class} ${JSON.stringify(c.options)}`, judges(`keras.metrics.${c.class}`), async () => {
      const m = make(c);
      expect(m.getConfig()).toEqual(c.config);
      const batches = batchesOf(c, false);
      await expectStream(m, eagerly(m), batches, c.results, "plain");
      m.resetState();
      await expectNumbers(m.result(), c.reset, {}, "reset");
      if (c.weighted) await expectStream(m, eagerly(m), batchesOf(c, true), c.weighted, "weighted");

      await onStrict(async () => {
        const traced = make(c);
        const plain = batchesOf(c, false);
        await expectStream(traced, compiled(traced, plain[0]!), plain, c.results, "compiled");
        traced.resetState();
        if (!c.weighted) return;
        const weighted = batchesOf(c, true);
        await expectStream(traced, compiled(traced, weighted[0]!), weighted, c.weighted, "compiled, weighted");
      });
    });
    it(`${i}: ${c.class}'s config makes it again`, () => {
      const again = metrics.deserialize({ module: "keras.metrics", class_name: c.class, config: c.config, registered_name: null });
      expect(again.getConfig()).toEqual(c.config);
    });
  });
  for (const [i, c] of cases.entries()) {
    const name = String(c.config["name"]);
    if (!(camelCase(name) in functions)) continue;
    it(`${i}: the mean of the function ${name}`, judges(...(unlisted.includes(name) ? [] : [`keras.metrics.${name}`])), async () => {
      const [yTrue, yPred] = batchesOf(c, false)[0]!;
      await expectNumbers(mean(functions[camelCase(name)]!(yTrue!, yPred!, optionsOf(c.options))), c.results[0]!, {}, name);
    });
  }
  it("leaves out what is masked", async () => {
    const [yTrue, yPred] = [tensor([[1], [2], [3]]), tensor([[2], [4], [9]])];
    setMask(yPred, tensor([true, false, true]));
    expect(await metrics.meanAbsoluteError().apply(yTrue, yPred).array()).toBe((1 + 6) / 2);
    expect(
      await metrics
        .meanAbsoluteError()
        .apply(yTrue, yPred, tensor([3, 1, 1]))
        .array(),
    ).toBe((3 + 6) / 4);
  });
});

describe("names and forms", () => {
  it("knows Keras's aliases", judges("keras.metrics.get"), () => {
    for (const [alias, name] of Object.entries(names.aliases)) expect(metrics.get(alias).className).toBe(name);
  });
  it(
    "reads and writes Keras's forms",
    judges("keras.metrics.serialize", "keras.metrics.deserialize", "keras.metrics.MeanMetricWrapper"),
    () => {
      expect(metrics.serialize(metrics.deserialize(names.forms.object))).toEqual(names.forms.object);
      expect(metrics.serialize(metrics.deserialize(names.forms.wrapper))).toEqual(names.forms.wrapper);
    },
  );
  it("takes a function of your own", async () => {
    const distance = (yTrue: Tensor, yPred: Tensor): Tensor => abs(sub(yTrue, yPred));
    const m = metrics.get(distance);
    expect(m.name).toBe("distance");
    expect(await m.apply(tensor([1, 2]), tensor([2, 5])).array()).toBe(2);
  });
  it("names the known metrics", () => {
    expect(() => metrics.get("precise")).toThrow('no metric is called "precise". Known are accuracy, auc, binary_accuracy');
  });
});

describe("refuses options that mean nothing", () => {
  it.each([
    [() => metrics.precision({ thresholds: [0.2, 2] }), "Precision: thresholds must lie between 0 and 1, got 2"],
    [() => metrics.auc({ numThresholds: 1 }), "numThresholds must be greater than 1, got 1"],
    [() => metrics.auc({ numLabels: 2 }), "numLabels is only for multiLabel"],
    [() => metrics.auc({ curve: "PRC" as never }), 'no curve is called "PRC". Known are ROC, PR, PRGAIN'],
    [() => metrics.precisionAtRecall({ recall: 2 }), "the value to be reached must lie between 0 and 1, got 2"],
    [() => metrics.f1Score({ average: "mean" as never }), 'no average is called "mean"'],
    [() => metrics.fBetaScore({ beta: 0 }), "beta must be positive, got 0"],
    [() => metrics.f1Score().result(), "F1Score: has no result before its first batch"],
    [() => metrics.r2Score({ numRegressors: -1 }), "numRegressors must not be negative, got -1"],
    [() => metrics.iou({ numClasses: 2, targetClassIds: [2] }), "class 2 is not below numClasses, 2"],
    [() => metrics.recall({ classId: 0 }).updateState(tensor([1]), tensor([1])), "classId: takes predictions [batch, classes]"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
