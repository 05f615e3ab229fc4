/** Numeric gradients, first and second, of every row of the case table that has one. */
import { describe, it } from "vitest";
import { createRandom, gradcheck, makeHost, opCases, seedOf } from "../src/testing/index.ts";

describe("numeric gradients", () => {
  for (const row of opCases.filter((r) => r.grad)) {
    it(`${row.op}, ${row.name}`, () => {
      const random = createRandom(seedOf(`${row.op}/${row.name}`));
      gradcheck(
        (...xs) => row.call(...xs),
        row.inputs.map((x) => makeHost(x, random, "float64")),
        { second: row.second },
      );
    });
  }
});
