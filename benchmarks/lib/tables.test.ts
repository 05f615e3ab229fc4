// Tests the text that results become: tables, the generated part of a page, and the data of the chart.
import { describe, expect, it } from "vitest";
import { points } from "./chart.ts";
import { withMeasured } from "./page-text.ts";
import type { RowResult } from "./results.ts";
import { median, showRange } from "./statistics.ts";
import { digits, tables } from "./tables.ts";

const row: RowResult = {
  id: "mlp",
  group: "training",
  title: "MLP",
  unit: "ms",
  date: "2026-01-02T03:04:05.000Z",
  commit: "abc",
  tolerance: 1e-3,
  bar: { of: ["Antler"], to: ["Keras"], ratio: 1 },
  sides: [
    { name: "Antler", samples: [9.27, 9.08, 10.4], cpu: [], distance: 0 },
    { name: "Keras", samples: [6, 5, 7], cpu: [], distance: 0.5 },
    { name: "jax-js", samples: [], cpu: [], missing: "npm install failed" },
  ],
};

describe("statistics", () => {
  it("takes the middle, the upper one of two", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(3);
    expect(showRange([3, 1, 2], 0)).toBe("2 (1–3)");
  });
});

describe("tables", () => {
  it("shows medians with their spread, the bar, and who is missing or wrong", () => {
    expect(tables({ rows: [row] })).toBe(
      `### Training, milliseconds per step

|  | Antler | Keras | bar |
| --- | --- | --- | --- |
| MLP | **9.27** (9.08–10.4) | **6.00** (5.00–7.00) | ≤ 1 ×: 1.54 × Keras, **does not hold** |

- **Results differ** (mlp): Keras by 5.0e-1
- Missing (all rows): jax-js: npm install failed`,
    );
  });
  it("rounds to three digits", () => {
    expect([0, 0.012345, 1.2345, 12.345, 123.45, 1234.5].map(digits)).toEqual(["0", "0.0123", "1.23", "12.3", "123", "1235"]);
  });
});

describe("withMeasured", () => {
  const page = "before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n";

  it("replaces what is between the markers, however often", () => {
    const once = withMeasured(page, "new\n");
    expect(once).toBe("before\n<!-- measured: begin -->\n\nnew\n\n<!-- measured: end -->\nafter\n");
    expect(withMeasured(once, "new")).toBe(once);
  });
  it("refuses pages without a pair of markers, or with two", () => {
    expect(() => withMeasured("before", "new")).toThrow("measured: begin");
    expect(() => withMeasured("<!-- measured: begin -->", "new")).toThrow("measured: end");
    expect(() => withMeasured(page + page, "new")).toThrow("expected one");
  });
});

it("charts medians as multiples of Antler's", () => {
  expect(points([row])).toEqual([{ row: "MLP", side: "Keras", ratio: 6 / 9.27 }]);
});
