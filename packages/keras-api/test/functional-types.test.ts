// What TypeScript knows of a functional model's inputs and results: programs need no casts, and get what the types say.
import { ones, type Tensor } from "@antler/tensor-core";
import { beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { clearSession, Input, layers, model, sequential } from "../src/index.ts";

beforeEach(() => clearSession());

describe("functional models", () => {
  it("take and give tensors, in the structure of their symbolic ones", () => {
    const [a, b] = [Input({ shape: [2], name: "a" }), Input({ shape: [3], name: "b" })];
    const sum = layers.concatenate().apply([a, b]);
    const lists = model({ inputs: [a, b], outputs: [sum, layers.dense({ units: 4 }).apply(sum)] });
    const [first, second] = lists.apply([ones([5, 2]), ones([5, 3])]);
    expectTypeOf(second).toEqualTypeOf<Tensor>();
    expect([first.shape, second.shape]).toEqual([
      [5, 5],
      [5, 4],
    ]);
    const records = model({ inputs: { a, b }, outputs: { sum } });
    expectTypeOf(records.apply).parameter(0).toEqualTypeOf<{ readonly a: Tensor; readonly b: Tensor }>();
    expect(records.predict({ a: [[1, 2]], b: [[3, 4, 5]] }).sum.shape).toEqual([1, 5]);
    const single = model({ inputs: a, outputs: layers.dense({ units: 1 }).apply(a) });
    expect(sequential([single, layers.dense({ units: 3 })]).predict(ones([5, 2])).shape).toEqual([5, 3]);
  });
});

describe("recurrent layers that give their state", () => {
  it("give as many tensors as their types say", () => {
    const x = ones([2, 4, 3]);
    const [y, h, c] = layers.lstm({ units: 5, returnState: true }).apply(x);
    const [z, state] = layers.gru({ units: 5, returnState: true }).apply(x, { initialState: h });
    expectTypeOf(state).toEqualTypeOf<Tensor>();
    expect([y, h, c, z, state].map((t) => t.shape)).toEqual([y, h, c, z, state].map(() => [2, 5]));
    const both = layers.bidirectional({ layer: layers.lstm({ units: 5, returnState: true }) }).apply(x);
    expectTypeOf(both).toEqualTypeOf<readonly [Tensor, Tensor, Tensor, Tensor, Tensor]>();
    expect(both.map((t) => t.shape[1])).toEqual([10, 5, 5, 5, 5]);
    const ways = layers.bidirectional({ layer: layers.gru({ units: 5 }), mergeMode: null }).apply(x);
    expectTypeOf(ways).toEqualTypeOf<readonly [Tensor, Tensor]>();
    expect(ways.map((t) => t.shape)).toEqual([
      [2, 5],
      [2, 5],
    ]);
  });
});
