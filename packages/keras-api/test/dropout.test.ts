// Dropout compared with Keras: for equal seeds it drops the same numbers.
import { ones } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { layers } from "../src/index.ts";
import { expectClose, golden } from "./golden.ts";

describe("dropout", () => {
  it("drops what Keras drops for a seed, anew each call", async () => {
    const layer = layers.dropout({ rate: 0.4, seed: 11 });
    for (const want of golden.dropout) expectClose(await layer.apply(ones([3, 5]), { training: true }).data(), want.data);
  });
  it("outside of training gives its input", () => {
    const x = ones([3, 5]);
    expect(layers.dropout({ rate: 0.4 }).apply(x)).toBe(x);
  });
  it("refuses a rate that is none", () => {
    expect(() => layers.dropout({ rate: 40 })).toThrow("Dropout: the rate must be between 0 and 1, got 40.");
  });
});
