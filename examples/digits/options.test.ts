// Tests of the command line: what is left out is as usual, and what is wrong is named.
import { expect, it } from "vitest";
import { parseOptions, UsageError } from "./options.ts";

it("trains on digits where nothing is said", () => {
  expect(parseOptions([])).toEqual({ dataset: "digits", data: "", epochs: 10, batchSize: 32 });
});

it("takes another data set, and numbers", () => {
  const fashion = ["--dataset", "fashion-mnist", "--data", "clothes"];
  expect(parseOptions(fashion)).toEqual({ dataset: "fashion-mnist", data: "clothes", epochs: 3, batchSize: 64 });
  expect(parseOptions([...fashion, "--epochs=1", "--batch-size", "128"])).toMatchObject({ epochs: 1, batchSize: 128 });
});

it("helps", () => {
  expect(parseOptions(["--help"])).toBeUndefined();
  expect(parseOptions(["-h"])).toBeUndefined();
});

it.each([
  [["--dataset", "mnist"], "--dataset mnist: expected digits or fashion-mnist"],
  [["--dataset", "toString"], "--dataset toString: expected"],
  [["--dataset", "fashion-mnist"], "needs --data <folder>"],
  [["--data", "clothes"], "--data is for --dataset fashion-mnist"],
  [["--epochs", "0"], "--epochs 0: expected a whole number of at least 1"],
  [["--epochs", "1e3"], "--epochs 1e3: expected"],
  [["--batch-size", ""], "--batch-size : expected"],
  [["--epoch", "3"], "--epoch"],
  [["digits"], "digits"],
  [["--epochs"], "--epochs"],
])("refuses %j", (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
