// Learning rate schedules compared with Keras: the rates, the configs, and that a changing step compiles nothing.
import { add, func, onEvent, tensor, Variable } from "@antler/tensor-core";
import { expect, it } from "vitest";
import { optimizers } from "../src/index.ts";
import type { Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers, valuesOf } from "./oracle/fixture.ts";
import { judges, nameOf } from "./oracle/judges.ts";

const { schedules } = optimizers;

interface ScheduleCase {
  readonly config: Serialized;
  readonly steps: readonly number[];
  readonly rates: Numbers;
}
const { cases } = fixture<ScheduleCase>("schedules");
const title = ({ config }: ScheduleCase): string => `${config.class_name} ${JSON.stringify(config.config)}`;

/**
 * A dozen operations, each off by half a unit in both; the powers and the cosine carry on what their arguments are off by, times
 * the exponent and the angle: below 8 where the rate is not yet far below its largest.
 */
const relative = 12 * 8 * 2 ** -24;

const forms = ["serialize", "deserialize"].map((form) => `keras.optimizers.schedules.${form}`);
for (const [i, c] of cases.entries()) {
  const judged = judges(nameOf(c.config), ...forms);
  it(`${c.config.class_name} ${i}: rates and config`, judged, () => expectRates(c));
  it(`${c.config.class_name} ${i}: one program for all steps`, judged, () => expectOneProgram(c));
}

async function expectRates(c: ScheduleCase): Promise<void> {
  const schedule = schedules.deserialize(c.config);
  expect(schedules.serialize(schedule), title(c)).toEqual(c.config);
  const steps = tensor([...c.steps], [c.steps.length], "int32");
  await expectNumbers(schedule.apply(steps), c.rates, { relative, absolute: 0 }, title(c));
}

async function expectOneProgram(c: ScheduleCase): Promise<void> {
  const schedule = schedules.deserialize(c.config);
  const count = new Variable(tensor([0], [], "int32"));
  const next = func(() => {
    const rate = schedule.apply(count);
    count.assign(add(count, 1));
    return rate;
  });
  const rates = [Number(await next().array())];
  let compiled = 0;
  const stop = onEvent((e) => void (compiled += Number(e.kind === "trace" || e.kind === "compile")));
  while (rates.length < 45) rates.push(Number(await next().array()));
  stop();
  expect(compiled).toBe(0);
  const want = valuesOf(c.rates);
  const bound = relative * Math.max(...want);
  for (const [i, rate] of rates.entries()) expect(Math.abs(rate - want[i]!)).toBeLessThanOrEqual(bound);
}

it("a number is a step, and options have Keras's defaults", async () => {
  const schedule = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 });
  expect(await schedule.apply(10).array()).toBeCloseTo(0.05, 7);
  expect(schedule.getConfig()).toEqual({
    initial_learning_rate: 0.1,
    decay_steps: 10,
    decay_rate: 0.5,
    staircase: false,
    name: "ExponentialDecay",
  });
});

it("refuses what Keras refuses", () => {
  const rate = { initialLearningRate: 1, decaySteps: 0 };
  expect(() => schedules.cosineDecay(rate)).toThrow("CosineDecay: decaySteps must be above 0, got 0");
  expect(() => schedules.polynomialDecay(rate)).toThrow("PolynomialDecay: decaySteps must be above 0, got 0");
  expect(() => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: -1 })).toThrow(
    "firstDecaySteps must be above 0, got -1",
  );
  expect(() => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] })).toThrow("got 1 boundaries and 1 values");
  const unknown = { module: null, class_name: "Decay", config: {}, registered_name: null };
  expect(() => schedules.deserialize(unknown)).toThrow(
    'no schedule is called "Decay". Known are cosine_decay, cosine_decay_restarts, exponential_decay, inverse_time_decay,',
  );
});
