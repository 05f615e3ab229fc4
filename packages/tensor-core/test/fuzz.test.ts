/** Five hundred random graphs: the reference eager against compiled, values and gradients, sizes known and unknown. */
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/index.ts";
import { fuzz, generate } from "../src/testing/index.ts";

const SEEDS = 500;
const CHUNK = 50;
/** Most graphs are small, so that this stays quick; `scripts/fuzz.ts` runs large ones by the thousand. */
const NODES = 16;

describe("the fuzzer", () => {
  for (let from = 0; from < SEEDS; from += CHUNK) {
    it(`seeds ${from} to ${from + CHUNK - 1}`, { timeout: 60_000 }, async () => {
      const { failures, ran } = await fuzz({ backend: referenceBackend(), seed: from, count: CHUNK, maxNodes: NODES });
      expect(ran).toBe(CHUNK);
      if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
    });
  }
  it("makes the same graph of the same seed", () => {
    for (const seed of [1, 99, 12345]) expect(generate(seed)).toEqual(generate(seed));
    expect(generate(1)).not.toEqual(generate(2));
  });
  it("reaches every kind of step", () => {
    const kinds = new Set(Array.from({ length: SEEDS }, (_, s) => generate(s, NODES).steps.map((x) => x.kind)).flat());
    for (const kind of [
      "tanh",
      "matMul",
      "softmax",
      "concat f",
      "pad f",
      "slice f",
      "reverse f",
      "gather",
      "cond",
      "scan",
      "whileLoop",
      "repeat",
      "conv2d",
      "pool",
      "where",
      "argMax",
      "segment sum",
    ]) {
      expect(kinds).toContain(kind);
    }
  });
});
