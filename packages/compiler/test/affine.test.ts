// The normal form of indices: what reshapes and transposes leave behind must fold away.
import { symbol } from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import {
  type Axis,
  addIndex,
  axisIndex,
  bounds,
  constantIndex,
  divIndex,
  type Index,
  modIndex,
  newAxis,
  scaleIndex,
  showIndex,
} from "../src/affine.ts";
import { addSize, bindSize, divideSize, mulSize, sizeOfDim, surelyLess } from "../src/size.ts";

const at = (i: Index, places: ReadonlyMap<Axis, number>): number =>
  i.terms.reduce((n, { atom, by }) => {
    const value = atom.kind === "axis" ? places.get(atom.axis)! : atom.kind === "data" ? Number.NaN : at(atom.of, places);
    const part =
      atom.kind === "div"
        ? Math.floor(value / (atom.by as number))
        : atom.kind === "mod"
          ? value - Math.floor(value / (atom.by as number)) * (atom.by as number)
          : value;
    return n + part * (by as number);
  }, i.constant as number);

describe("sizes", () => {
  const b = sizeOfDim(symbol("b"));
  const t = sizeOfDim(symbol("t", 2, 1));
  test("equal polynomials are one object", () => {
    expect(mulSize(addSize(b, 1), t)).toBe(addSize(mulSize(b, t), t));
    expect(divideSize(mulSize(b, 12), 4)).toBe(mulSize(b, 3));
    expect(divideSize(mulSize(b, 12), b)).toBe(12);
    expect(divideSize(addSize(mulSize(b, 12), 1), 4)).toBeUndefined();
  });
  test("bind to numbers", () => {
    const sizes = new Map([
      ["b", 3],
      ["t", 5],
    ]);
    expect(bindSize(mulSize(addSize(b, 1), t), sizes)).toBe(4 * 11);
  });
  test("compare where the symbols cannot change the answer", () => {
    expect(surelyLess(b, addSize(b, 1))).toBe(true);
    expect(surelyLess(b, 7)).toBe(false);
    expect(surelyLess(3, addSize(b, 4))).toBe(true);
  });
});

describe("the normal form", () => {
  test("puts a quotient and its remainder together again", () => {
    const x = axisIndex(newAxis(60));
    const split = addIndex(scaleIndex(divIndex(x, 7), 7), modIndex(x, 7));
    expect(split.key).toBe(x.key);
    // Three levels, as a reshape to [3, 4, 5] and back makes them.
    const [h, w, c] = [divIndex(x, 20), modIndex(divIndex(x, 5), 4), modIndex(x, 5)];
    expect(addIndex(scaleIndex(addIndex(scaleIndex(h, 4), w), 5), c).key).toBe(x.key);
  });
  test("does so where the extent is unknown", () => {
    const rows = axisIndex(newAxis(mulSize(sizeOfDim(symbol("n")), 20)));
    const [n, y, x] = [modIndex(divIndex(rows, 20), sizeOfDim(symbol("n"))), modIndex(divIndex(rows, 5), 4), modIndex(rows, 5)];
    const flat = addIndex(scaleIndex(addIndex(scaleIndex(n, 4), y), 5), x);
    expect(flat.key).toBe(rows.key);
  });
  test("takes a loop apart that is known to stay below the divisor", () => {
    const [i, j] = [axisIndex(newAxis(6)), axisIndex(newAxis(8))];
    const flat = addIndex(scaleIndex(i, 8), j);
    expect(divIndex(flat, 8).key).toBe(i.key);
    expect(modIndex(flat, 8).key).toBe(j.key);
    expect(divIndex(addIndex(flat, constantIndex(8)), 8).key).toBe(addIndex(i, constantIndex(1)).key);
    expect(showIndex(divIndex(flat, 4), (leaf) => leaf.key)).toContain("2*");
  });
  test("means what it says: thousands of random expressions agree with plain numbers", () => {
    let state = 7;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 16) % n;
    };
    for (let round = 0; round < 3000; round++) {
      const axes = [newAxis(1 + random(9)), newAxis(1 + random(9)), newAxis(1 + random(9))];
      const places = new Map(axes.map((a) => [a, random(a.extent as number)]));
      type Both = readonly [Index, number];
      const make = (depth: number): Both => {
        if (depth === 0) {
          const a = axes[random(3)]!;
          return random(4) === 0 ? [constantIndex(random(9) - 4), Number.NaN] : [axisIndex(a), places.get(a)!];
        }
        const [x] = make(depth - 1);
        const [y] = make(depth - 1);
        const value = at(x, places);
        const n = 1 + random(9);
        const kind = random(4);
        if (kind === 0) return [addIndex(x, y), value + at(y, places)];
        if (kind === 1) return [scaleIndex(x, n - 4), value * (n - 4)];
        if (kind === 2) return [divIndex(x, n), Math.floor(value / n)];
        return [modIndex(x, n), value - Math.floor(value / n) * n];
      };
      for (let k = 0; k < 3; k++) {
        const [index, value] = make(1 + random(3));
        if (Number.isNaN(value)) continue;
        expect(at(index, places) + 0).toBe(value + 0);
        const { lo, hi } = bounds(index);
        expect(value).toBeGreaterThanOrEqual(lo);
        if (typeof hi === "number") expect(value).toBeLessThanOrEqual(hi);
      }
    }
  });
});
