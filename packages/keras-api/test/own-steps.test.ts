// Training logic of one's own: steps, losses and metrics that a model overrides are compiled as one graph.
import { GradientTape } from "@antler/autodiff";
import { type AntlerEvent, add, mean, mul, onEvent, square, sub, type Tensor, tensor } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  clearSession,
  type LossArguments,
  layers,
  type Metric,
  Model,
  metrics,
  type StepData,
  type StepLogs,
  setRandomSeed,
} from "../src/index.ts";

beforeEach(() => {
  clearSession();
  setRandomSeed(2);
});
const silent = { verbose: 0, shuffle: false } as const;
const x = tensor(
  Float32Array.from({ length: 33 }, (_, i) => Math.sin(i * 1.3)),
  [11, 3],
);
const y = tensor(
  Float32Array.from({ length: 11 }, (_, i) => Math.cos(i)),
  [11, 1],
);

class Plain extends Model {
  readonly dense = layers.dense({ units: 1, kernelInitializer: "ones" });
  override call(given: Tensor): Tensor {
    return this.dense.apply(given);
  }
}

/** Twice the squared error, by its own steps, with its own means. */
class Own extends Plain {
  readonly own = metrics.mean({ name: "own_loss" });
  readonly error = metrics.meanSquaredError({ name: "error" });
  override get metrics(): readonly Metric[] {
    return [this.own, this.error];
  }
  #loss(yPred: Tensor, labels: Tensor): Tensor {
    return mul(mean(square(sub(yPred, labels))), 2);
  }
  #logged(loss: Tensor, labels: Tensor, yPred: Tensor): StepLogs {
    this.own.updateState(loss);
    this.error.updateState(labels, yPred);
    return this.getMetricsResult();
  }
  override trainStep([given, labels]: StepData): StepLogs {
    const tape = new GradientTape();
    const { yPred, loss } = tape.run(() => {
      const yPred = this.apply(given, { training: true });
      return { yPred, loss: this.#loss(yPred, labels!) };
    });
    this.optimizer!.apply(tape.gradient(loss, this.trainableWeights), this.trainableWeights);
    return this.#logged(loss, labels!, yPred);
  }
  override testStep([given, labels]: StepData): StepLogs {
    const yPred = this.apply(given);
    return this.#logged(this.#loss(yPred, labels!), labels!, yPred);
  }
  override predictStep(data: StepData): Tensor {
    return add(super.predictStep(data), 100);
  }
}

async function eventsOf(run: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const stop = onEvent((e: AntlerEvent) => void seen.push("name" in e ? `${e.kind}:${e.name}` : e.kind));
  await run();
  stop();
  return seen;
}

describe("steps of one's own", () => {
  it("give what the same loss gives, as one program a batch", async () => {
    const plain = new Plain();
    plain.compile({ optimizer: "sgd", loss: (a, b) => mul(mean(square(sub(a, b)), { axis: -1 }), 2) });
    const own = new Own();
    own.compile({ optimizer: "sgd" });
    const want = await plain.fit(x, y, { ...silent, batchSize: 11, epochs: 3, validationData: [x, y] });
    const first = await own.fit(x, y, { ...silent, batchSize: 11, epochs: 3, validationData: [x, y] });
    expect(Object.keys(first.history)).toEqual(["error", "own_loss", "val_error", "val_own_loss"]);
    first.history["own_loss"]!.forEach((loss, i) => void expect(loss).toBeCloseTo(want.history["loss"]![i]!, 5));
    first.history["val_own_loss"]!.forEach((loss, i) => void expect(loss).toBeCloseTo(want.history["val_loss"]![i]!, 5));
    const events = await eventsOf(() => own.fit(x, y, { ...silent, batchSize: 4 }));
    expect(events.filter((e) => e === "run:train_step").length).toBe(3);
    expect(events.filter((e) => /^(trace|compile|dispatch)/.test(e))).toEqual([]);
  });
  it("run op by op where that is asked for, to the same numbers", async () => {
    const results: unknown[] = [];
    for (const runEagerly of [false, true]) {
      const own = new Own();
      own.compile({ optimizer: "sgd", runEagerly });
      await own.fit(x, y, silent);
      const events = await eventsOf(async () => void results.push((await own.fit(x, y, { ...silent, batchSize: 4, epochs: 2 })).history));
      expect(events.includes("dispatch")).toBe(runEagerly);
    }
    const [compiled, eager] = results as Record<string, number[]>[];
    for (const name of ["own_loss", "error"]) compiled![name]!.forEach((v, i) => void expect(eager![name]![i]).toBeCloseTo(v, 5));
  });
  it("serve evaluate, predict and single batches", async () => {
    const own = new Own();
    own.compile({ optimizer: "sgd" });
    const [loss, error] = await own.evaluate(x, y, { verbose: 0, batchSize: 11 });
    expect(loss).toBeCloseTo(2 * error!, 5);
    expect(await own.testOnBatch(x, y, { returnDict: true })).toEqual({ error, own_loss: loss });
    expect(Math.min(...((await own.predict(x).data()) as Float32Array))).toBeGreaterThan(90);
  });
  it("may log vectors and numbers", async () => {
    class Vectors extends Plain {
      override trainStep(): StepLogs {
        return { parts: tensor([1, 2]), one: 3, none: this.weights.length };
      }
    }
    const model = new Vectors();
    model.compile({ optimizer: "sgd" });
    const { history } = await model.fit(x, y, { ...silent });
    expect(history).toEqual({ none: [0], one: [3], parts_0: [1], parts_1: [2] });
  });
});

describe("losses and metrics of one's own", () => {
  it("computeLoss is what training minimises and evaluation reports", async () => {
    class Distance extends Plain {
      override computeLoss({ x: given, y: labels, yPred }: LossArguments<Tensor, Tensor>): Tensor {
        return add(mean(square(sub(yPred, labels!))), mul(mean(square(given)), 0));
      }
    }
    const [model, plain] = [new Distance(), new Plain()];
    model.compile({ optimizer: "sgd" });
    plain.compile({ optimizer: "sgd", loss: "mse" });
    const options = { ...silent, batchSize: 4, epochs: 2, validationSplit: 0.3 };
    const [{ history }, want] = [await model.fit(x, y, options), await plain.fit(x, y, options)];
    for (const [name, values] of Object.entries(want.history)) values.forEach((v, i) => void expect(history[name]![i]).toBeCloseTo(v, 5));
  });
  it("computeMetrics says what is logged", async () => {
    class Logged extends Plain {
      override computeMetrics(args: LossArguments<Tensor, Tensor>): StepLogs {
        return { ...super.computeMetrics(args), largest: mean(square(args.yPred)) };
      }
    }
    const model = new Logged();
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mse"] });
    expect(Object.keys((await model.fit(x, y, silent)).history)).toEqual(["largest", "loss", "mse"]);
  });
  it("without any loss there is nothing to minimise", async () => {
    const model = new Plain();
    model.compile({ optimizer: "sgd" });
    await expect(model.fit(x, y, silent)).rejects.toThrow("fit: there is no loss to compute. Give compile() a loss");
  });
  it("getCompileConfig and compileFromConfig are each other's inverse", () => {
    const [model, copy] = [new Plain(), new Plain()];
    expect(model.getCompileConfig()).toEqual({});
    model.compile({
      optimizer: "adam",
      loss: { a: "mse" },
      lossWeights: { a: 2 },
      metrics: { a: ["accuracy"] },
      stepsPerExecution: 4,
      jitCompile: true,
    });
    copy.compileFromConfig(JSON.parse(JSON.stringify(model.getCompileConfig())));
    expect(copy.getCompileConfig()).toEqual(model.getCompileConfig());
    expect(copy.getCompileConfig()).toMatchObject({
      loss: { a: "mse" },
      loss_weights: { a: 2 },
      steps_per_execution: 4,
      jit_compile: true,
    });
  });
});
