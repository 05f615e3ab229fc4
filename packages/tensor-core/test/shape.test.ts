/** Shapes: sizes that are numbers, symbols, or sums and multiples of symbols. */
import { describe, expect, it } from "vitest";
import {
  addDim,
  attrsKey,
  bindShape,
  broadcastShapes,
  type Dim,
  inputValue,
  knownShape,
  makeSpec,
  matchShape,
  mulDim,
  normalizeAxes,
  ShapeError,
  showShape,
  sizeOf,
  symbol,
  UnknownSizeError,
} from "../src/index.ts";
import { floorDivDim, sameSize, sumDims } from "../src/shape.ts";

const batch = symbol("batch");
const time = symbol("time");

describe("symbols", () => {
  it("are one object each", () => {
    expect(symbol("batch")).toBe(batch);
    expect(symbol("batch", 2, -1)).toBe(symbol("batch", 2, -1));
    expect(symbol("batch", 2)).not.toBe(batch);
    expect(makeSpec([batch, 3], "float32")).toBe(makeSpec([symbol("batch"), 3], "float32"));
    expect(makeSpec([3], "float32")).not.toBe(makeSpec([3], "int32"));
  });
  it("add, multiply and divide where the result is one again", () => {
    expect(addDim(batch, 0)).toBe(batch);
    expect(addDim(addDim(batch, 3), -3)).toBe(batch);
    expect(mulDim("t", batch, 4)).toBe(symbol("batch", 4));
    expect(mulDim("t", 4, addDim(batch, 1))).toBe(symbol("batch", 4, 4));
    expect([mulDim("t", batch, 0), mulDim("t", batch, 1), mulDim("t", 3, 4)]).toEqual([0, batch, 12]);
    expect(sumDims("t", batch, addDim(batch, 2))).toBe(symbol("batch", 2, 2));
    expect(floorDivDim("t", symbol("batch", 4, 3), 2)).toBe(symbol("batch", 2, 1));
    expect(floorDivDim("t", symbol("batch", 4, -1), 2)).toBe(symbol("batch", 2, -1));
  });
  it("say which op needed a number where it is not", () => {
    expect(() => mulDim("reshape", batch, time)).toThrow(UnknownSizeError);
    expect(() => mulDim("reshape", batch, time)).toThrow("reshape: needs a known size, got batch.");
    expect(() => floorDivDim("pool", batch, 2)).toThrow("pool: needs a known size, got batch.");
    expect(() => sumDims("concat", batch, time)).toThrow("concat: needs a known size, got batch.");
    expect(() => knownShape("t", [2, symbol("n", 2, 1)])).toThrow("t: needs a known size, got 2*n+1.");
  });
  it("print as one reads them", () => {
    expect(showShape([batch, symbol("n", 3), symbol("n", 1, -2), symbol("n", 2, 5), 7])).toBe("[batch, 3*n, n-2, 2*n+5, 7]");
  });
});

describe("elements", () => {
  it("equal unknown sizes cancel", () => {
    expect(sameSize("t", [batch, 4, 3], [batch, 12])).toBe(true);
    expect(sameSize("t", [batch, time, 6], [batch, time, 2, 3])).toBe(true);
    expect(sameSize("t", [batch, 2], [symbol("batch", 2)])).toBe(true);
    expect(sameSize("t", [batch, 4], [batch, 5])).toBe(false);
    expect(sizeOf("t", [batch, 2, 3])).toBe(symbol("batch", 6));
  });
});

describe("broadcasting", () => {
  it("of numbers and symbols", () => {
    expect(
      broadcastShapes("t", [
        [2, 1, 3],
        [4, 1],
      ]),
    ).toEqual([2, 4, 3]);
    expect(broadcastShapes("t", [[batch, 3], [3]])).toEqual([batch, 3]);
    expect(
      broadcastShapes("t", [
        [batch, 1],
        [1, time],
      ]),
    ).toEqual([batch, time]);
    expect(
      broadcastShapes("t", [
        [batch, 3],
        [batch, 1],
      ]),
    ).toEqual([batch, 3]);
    expect(
      broadcastShapes("t", [
        [0, 3],
        [1, 3],
      ]),
    ).toEqual([0, 3]);
    expect(broadcastShapes("t", [[], []])).toEqual([]);
    expect(broadcastShapes("t", [])).toEqual([]);
  });
  it("of what may not be equal is an error", () => {
    expect(() => broadcastShapes("t", [[batch], [time]])).toThrow(UnknownSizeError);
    expect(() => broadcastShapes("t", [[batch], [4]])).toThrow(UnknownSizeError);
    expect(() => broadcastShapes("t", [[2], [3]])).toThrow("t: sizes 2 and 3 at axis -1 do not broadcast. Got [2] and [3].");
    expect(() => broadcastShapes("t", [[0], [2]])).toThrow(ShapeError);
  });
});

describe("binding", () => {
  const bind = (shape: readonly Dim[], actual: readonly number[]): [boolean, Record<string, number>] => {
    const bound = new Map<string, number>();
    return [matchShape(shape, actual, bound), Object.fromEntries(bound)];
  };
  it("learns numbers from shapes", () => {
    expect(bind([batch, 3], [5, 3])).toEqual([true, { batch: 5 }]);
    expect(bind([symbol("n", 2, 1)], [7])).toEqual([true, { n: 3 }]);
    expect(bind([batch, batch], [4, 4])[0]).toBe(true);
    expect(bind([batch], [0])[0]).toBe(true);
    expect(bindShape([batch, symbol("batch", 3, -1), 2], new Map([["batch", 4]]))).toEqual([4, 11, 2]);
  });
  it("refuses what cannot be", () => {
    expect(bind([batch, batch], [4, 5])[0]).toBe(false);
    expect(bind([symbol("n", 2)], [5])[0]).toBe(false);
    expect(bind([symbol("n", 1, 3)], [2])[0]).toBe(false);
    expect(bind([batch], [2, 2])[0]).toBe(false);
    expect(bind([3], [4])[0]).toBe(false);
    expect(() => bindShape([time], new Map())).toThrow("run: no input tells the size time.");
  });
});

describe("axes", () => {
  it("count from either end, sorted", () => {
    expect([normalizeAxes("t", undefined, 3), normalizeAxes("t", -1, 3), normalizeAxes("t", [2, 0], 3), normalizeAxes("t", [], 3)]).toEqual(
      [[0, 1, 2], [2], [0, 2], []],
    );
  });
});

describe("attrs as keys", () => {
  it("tell apart what means different things, and nothing else", () => {
    const graph = { inputs: [inputValue(makeSpec([1], "float32"))], outputs: [] };
    const values: unknown[] = [
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      1n,
      "1",
      "",
      true,
      null,
      undefined,
      [],
      [1],
      [[1]],
      [1, 2],
      {},
      { a: 1 },
      { a: 2 },
      { b: 1 },
      { a: [1] },
      batch,
      symbol("batch", 2),
      "batch",
      new Float32Array([1]),
      graph,
    ];
    const keys = values.map(attrsKey);
    const same = keys.flatMap((k, i) => (keys.indexOf(k) !== i ? [[values[keys.indexOf(k)], values[i]]] : []));
    expect(same).toEqual([]);
    expect(attrsKey({ a: 1, b: undefined })).toBe(attrsKey({ a: 1 }));
    expect(attrsKey([{ x: [1, "a"] }])).toBe(attrsKey([{ x: [1, "a"] }]));
  });
});
