// Wrong use of training: refused with words that say what to do, nothing kept, and the model as good as before.
import { FormatError, memory, ShapeError, type Tensor, tensor, ValueError } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  clearSession,
  type FitOptions,
  Input,
  layers,
  Model,
  model,
  modelFromJSON,
  type Sequential,
  type StepLogs,
  sequential,
} from "../src/index.ts";

beforeEach(() => clearSession());
const silent = { verbose: 0 } as const;
const wave = (shape: readonly number[]): ReturnType<typeof tensor> => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    shape,
  );
};
const x = wave([6, 4]);
const y = Int32Array.of(0, 1, 2, 0, 1, 2);
const classifier = (): Sequential => {
  const made = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [4] })]);
  made.compile({ optimizer: "sgd", loss: "sparse_categorical_crossentropy" });
  return made;
};

describe("data", () => {
  it("that is no numbers is refused, with the first that is none", async () => {
    const labels = [0, 1, "cat", 0, 1, 2] as never;
    await expect(classifier().fit(x, labels, silent)).rejects.toThrow(
      new ValueError("fit", 'element 2 of the data is the string "cat", not a number', {
        hint: "Models take numbers: give each string one of its own.",
      }),
    );
    expect(() => classifier().predict([[1, 2, null as never, 4]])).toThrow("predict: element 2 of the data is null, not a number");
  });
  it("that is not there is told apart from data that does not fit", async () => {
    await expect(classifier().fit(undefined as never, y, silent)).rejects.toThrow("fit: there are no samples: they are undefined.");
    expect(() => classifier().predict(null as never)).toThrow("predict: there are no samples: they are null.");
    await expect(classifier().evaluate(x, null, silent)).rejects.toThrow("loss: the output has a loss, but there are no labels for it");
  });
  it("for several inputs has as many rows for each, for predict too", () => {
    const ends = [Input({ shape: [4] }), Input({ shape: [2] })] as const;
    const two = model({ inputs: ends, outputs: layers.concatenate().apply(ends) });
    expect(() => two.predict([x, wave([5, 2])])).toThrow(ShapeError);
    expect(() => two.predict([x, wave([5, 2])])).toThrow("predict: 6 samples have 5 samples of another input");
  });
});

describe("classes and models of one's own", () => {
  it("classWeight names classes by number", async () => {
    await expect(classifier().fit(x, y, { ...silent, classWeight: { cat: 2 } as never })).rejects.toThrow('classWeight: "cat" is no class');
  });
  it.each<readonly [unknown, string]>([
    [undefined, "undefined"],
    [3, "3"],
    [[], "nothing"],
    [{ y: new Date(0) }, "something else"],
  ])("call gives tensors, and not %j", (result, what) => {
    class Wrong extends Model {
      override call(): Tensor {
        return result as Tensor;
      }
    }
    expect(() => new Wrong().predict(x)).toThrow(`Wrong: call() must give tensors, and gave ${what}. Return a tensor,`);
  });
  it("trainStep gives what is logged", async () => {
    class Silent extends Model {
      override call(given: Tensor): Tensor {
        return given;
      }
      override trainStep(): StepLogs {
        return undefined as never;
      }
    }
    const made = new Silent();
    made.compile({ loss: "mse" });
    await expect(made.fit(x, x, silent)).rejects.toThrow("trainStep: gave undefined. Return what is logged, such as { loss }.");
  });
});

describe("numbers of epochs and steps", () => {
  it.each<readonly [FitOptions, string]>([
    [{ epochs: Number.NaN }, "fit: epochs must be a whole number, got NaN"],
    [{ epochs: -1 }, "fit: epochs must be a whole number, got -1"],
    [{ epochs: 1.5 }, "fit: epochs must be a whole number, got 1.5"],
    [{ stepsPerEpoch: 0 }, "fit: stepsPerEpoch must be a positive integer, got 0"],
    [{ validationSteps: -1 }, "fit: validationSteps must be a positive integer, got -1"],
  ])("%j", async (options, message) => {
    await expect(classifier().fit(x, y, { ...silent, ...options })).rejects.toThrow(message);
  });
  it("of evaluate", async () => {
    await expect(classifier().evaluate(x, y, { ...silent, steps: 0 })).rejects.toThrow("evaluate: steps must be a positive integer, got 0");
  });
});

describe("a fit that fails", () => {
  function* wrong(): Generator<readonly [number[][], number[]]> {
    yield [[[1, 2, 3]], [1]];
  }
  function* wrongLater(): Generator<readonly [number[][], number[]]> {
    yield [[[1, 2, 3, 4]], [1]];
    yield [[[1, 2, 3]], [1]];
  }
  it("keeps no batch, whether the first is wrong or a later one, and closes the iterator", async () => {
    const trained = classifier();
    const narrow = wave([6, 3]);
    const runs = [
      () => trained.fit(narrow, y, silent),
      () => trained.fit(wrong, silent),
      () => trained.fit(wrongLater, silent),
      () => trained.evaluate(wrong, silent),
    ];
    let closed = 0;
    runs.push(() =>
      trained.fit(
        (function* () {
          try {
            yield* wrong();
          } finally {
            closed++;
          }
        })(),
        silent,
      ),
    );
    for (const run of runs) await expect(run()).rejects.toThrow(ShapeError);
    const { numTensors } = memory();
    for (const run of runs) await expect(run()).rejects.toThrow(ShapeError);
    expect(memory().numTensors).toBe(numTensors);
    expect(closed).toBe(2);
    await trained.fit(x, y, silent);
  });
});

it("predict keeps nothing but its result, op by op too", () => {
  const made = sequential([layers.dense({ units: 3, inputShape: [4] }), layers.dense({ units: 2, activation: "softmax" })]);
  made.compile({ loss: "mse", runEagerly: true });
  const { numTensors } = memory();
  const result = made.predict(x);
  expect(memory().numTensors).toBe(numTensors + 1);
  result.dispose();
});

it("modelFromJSON refuses what is no JSON", () => {
  expect(() => modelFromJSON("{")).toThrow(FormatError);
});
