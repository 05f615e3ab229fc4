// Tests what is said of results: the bar, agreement, and which old rows stay.
import { describe, expect, it } from "vitest";
import { withoutFolders } from "./measure.ts";
import { disagreeing, merged, type Results, type RowResult, type SideResult, verdict } from "./results.ts";

const side = (name: string, samples: readonly number[], rest: Partial<SideResult> = {}): SideResult => ({
  name,
  samples,
  cpu: [],
  ...rest,
});
const row = (id: string, sides: readonly SideResult[], rest: Partial<RowResult> = {}): RowResult => ({
  ...{ id, group: "ops", title: id, unit: "ms", date: "2026-01-02T03:04:05.000Z", commit: "abc" },
  sides,
  ...rest,
});
const bar = { of: ["Antler"], to: ["x", "y"], ratio: 1 };

describe("verdict", () => {
  it("compares medians with the faster of the others", () => {
    const sides = [side("Antler", [4, 6, 100]), side("x", [9, 9, 9]), side("y", [8, 3, 8]), side("z", [1])];
    expect(verdict({ bar, sides })).toEqual({ figure: 0.75, holds: true, to: "y" });
  });
  it("takes the slowest of several of ours", () => {
    const sides = [side("usual", [2]), side("a", [1]), side("b", [3])];
    expect(verdict({ bar: { of: ["a", "b"], to: ["usual"], ratio: 1.2 }, sides })).toEqual({ figure: 1.5, holds: false, to: "usual" });
  });
  it("knows limits", () => {
    expect(verdict({ bar: { of: ["Antler"], limit: 3 }, sides: [side("Antler", [3])] })).toMatchObject({ figure: 3, holds: true });
  });
  it("says nothing where a side is missing", () => {
    expect(verdict({ bar, sides: [side("Antler", [1]), side("x", [], { missing: "not installed" })] })).toBeUndefined();
    expect(verdict({ bar, sides: [side("Antler", [], { missing: "failed" }), side("x", [1])] })).toBeUndefined();
    expect(verdict({ sides: [side("Antler", [1])] })).toBeUndefined();
  });
});

it("keeps folders of the machine to itself", () => {
  expect(withoutFolders("/opt/some/bin/python3 has no keras")).toBe("python3 has no keras");
  expect(withoutFolders("Error: Cannot find module '/home/me/a.ts' from file:///home/me/b.ts")).toBe(
    "Error: Cannot find module 'a.ts' from b.ts",
  );
  expect(withoutFolders("and/or 3/4: a/b")).toBe("and/or 3/4: a/b");
});

it("finds the sides that computed something else", () => {
  const sides = [
    side("a", [1], { distance: 0 }),
    side("b", [1], { distance: 0.1 }),
    side("c", [1], { distance: Number.NaN }),
    side("d", [1]),
  ];
  expect(disagreeing(row("r", sides, { tolerance: 0.01 })).map(({ name }) => name)).toEqual(["b", "c"]);
});

describe("merged", () => {
  const machine = { cpu: "a", cores: 2, system: "Linux", node: "24" };
  const results = (threads: number, ...rows: RowResult[]): Results => ({ machine, threads, rows });

  it("replaces rows, keeps the others, and orders them", () => {
    const old = results(2, row("one", [side("a", [1])]), row("two", []), row("gone", []));
    const all = merged(old, results(2, row("one", []), row("zero", [])), ["zero", "one", "two"]);
    expect(all.rows.map(({ id, sides }) => [id, sides.length])).toEqual([
      ["zero", 0],
      ["one", 0],
      ["two", 0],
    ]);
  });
  it("keeps nothing from another machine or other threads", () => {
    const old = results(1, row("two", []));
    expect(merged(old, results(2, row("one", [])), ["one", "two"]).rows).toHaveLength(1);
    const elsewhere = { ...results(2, row("two", [])), machine: { ...machine, cpu: "b" } };
    expect(merged(elsewhere, results(2, row("one", [])), ["one", "two"]).rows).toHaveLength(1);
  });
});
