// Forms compared with Keras: names, summaries and the progress bar, character by character.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { clearSession, layers, type Sequential, sequential } from "../src/index.ts";
import { Progbar } from "../src/progbar.ts";
import { golden, scriptHash } from "./golden.ts";

it("the golden numbers are of the script beside them", () => {
  expect(golden.script).toBe(scriptHash);
});

beforeEach(() => clearSession());

const digits = (): Sequential =>
  sequential([
    layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [8, 8, 1] }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 100, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
const summary = (model: Sequential, lineLength = 76): string => {
  let text = "";
  model.summary({ lineLength, printFn: (t) => void (text = `${t}\n`) });
  return text;
};

describe("names and summaries are Keras's", () => {
  it("names layers and weights", () => {
    const model = digits();
    expect([...model.layers.map((l) => l.name), model.name]).toEqual(golden.configs.names);
    expect(model.weights.map((v) => v.name)).toEqual(golden.configs.paths);
  });
  it("of the digits model", () => {
    const model = digits();
    expect(summary(model)).toBe(golden.summaries.digits);
    expect(summary(model, 50)).toBe(golden.summaries.narrow);
  });
  it("with an optimizer that was used", () => {
    const model = digits();
    model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
    expect(summary(model)).toBe(golden.summaries.digits);
    model.optimizer!.build(model.trainableWeights);
    expect(summary(model)).toBe(golden.summaries.compiled);
  });
  it("of a model before and after it is built", () => {
    const model = sequential(
      [
        layers.dense({ units: 3, trainable: false }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 2, name: "a_very_long_layer_name_that_must_be_cut_somewhere_in_the_table" }),
      ],
      { name: "lazy" },
    );
    expect(summary(model)).toBe(golden.summaries.unbuilt);
    model.build([null, 5]);
    expect(summary(model)).toBe(golden.summaries.frozen);
  });
  it("goes to the console as wide as the terminal", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    digits().summary();
    expect(log.mock.calls[0]![0]).toMatch(/^Model: "sequential"\n┏━/);
    log.mockRestore();
  });
});

describe("the progress bar is Keras's", () => {
  // What stays on a screen after backspaces and carriage returns, without colours.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const plain = (text: string): string => text.replace(/\x1b\[\d*[mK]/g, "").replace(/[\b]+/g, "");
  const lastLine = (text: string): string => plain(text).split("\r").at(-1)!.trimEnd();

  it.each(golden.progress.map((c) => [c.target, c] as const))("of %d steps", (target, c) => {
    const values = Object.fromEntries(Object.entries(c.values).map(([k, v]) => [k, v ?? Number.NaN]));
    for (const verbose of [1, 2] as const) {
      for (const isTerminal of [true, false]) {
        let now = c.times[0]! * 1000;
        let text = "";
        const bar = new Progbar({ target, verbose, writer: { isTerminal, write: (t) => void (text += t) }, clock: () => now });
        if (target > 1) {
          now = c.times[1]! * 1000;
          bar.tick(1);
          bar.update(1, values);
        }
        const before = text;
        now = (target > 1 ? c.times[2]! : c.times[1]!) * 1000;
        bar.finish(values);
        expect(lastLine(text)).toBe(lastLine(verbose === 1 ? c.verbose1 : c.verbose2));
        if (target === 1 || verbose === 2 || !isTerminal) expect(before).toBe("");
        else expect(plain(before).replace("\r", "")).toBe(plain(c.verbose1).split("\r")[1]);
      }
    }
  });
  it("is drawn at most ten times a second, and in colour", () => {
    let now = 0;
    const written: string[] = [];
    const bar = new Progbar({
      target: 100,
      verbose: 1,
      writer: { isTerminal: true, write: (t) => void written.push(t) },
      clock: () => now,
    });
    for (let step = 1; step <= 100; step++) {
      now += 10;
      bar.tick(step);
      bar.update(step, { loss: 1 });
    }
    expect(written.length).toBe(10);
    expect(written[5]).toBe(
      "\r\x1b[K\x1b[1m 51/100\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━\x1b[0m \x1b[1m0s\x1b[0m 10ms/step - loss: 1.0000",
    );
  });
});
