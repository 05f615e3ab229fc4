// What the table of cases does not reach: every 16-bit float there and back, single ops bit for bit as the reference has them,
// conversions at the ends of ranges, kernels of several widths.
import {
  abs,
  add,
  bitcast,
  cast,
  ceil,
  type DType,
  div,
  floor,
  func,
  less,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  notEqual,
  referenceBackend,
  round,
  sign,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  toBFloat16,
  toFloat16,
  where,
} from "@antler/tensor-core";
import { onBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const cpu = createCpuBackend();
const strict = createCpuBackend({ relaxed: false });
const halves: readonly DType[] = ["float16", "bfloat16"];

/** What a program gives on the CPU and on the reference: NaN is the same whatever its bits. */
async function expectEqual(make: () => Tensor, backend: typeof cpu = cpu): Promise<void> {
  const [got, want] = [onBackend(backend, make), onBackend(referenceBackend(), make)];
  const numbers = async (x: Tensor): Promise<number[]> => Array.from(await cast(x, "float64").data(), Number);
  const [g, w] = [await numbers(got), await numbers(want)];
  expect(got.dtype).toBe(want.dtype);
  const wrong = g.findIndex((v, i) => !Object.is(v, w[i]));
  if (wrong >= 0) expect.fail(`element ${wrong} is ${g[wrong]}, expected ${w[wrong]}`);
}

/** Deterministic numbers of many magnitudes. */
function spread(n: number, exponents: number): number[] {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: n }, () => (random() - 0.5) * 2 ** (exponents * (2 * random() - 1)));
}
const edges = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  65504,
  65520,
  65519.99,
  2 ** -24,
  2 ** -25,
  3 * 2 ** -26,
];

describe.each(halves)("%s", (dtype) => {
  const bits = Uint16Array.from({ length: 65536 }, (_, k) => k);
  const all = (): Tensor => bitcast(tensor(bits, undefined, "uint16"), dtype);

  it("stands for the numbers it should", () => expectEqual(() => cast(all(), "float32")));
  it("comes back from float32", async () => {
    const got = (await onBackend(cpu, () => bitcast(neg(neg(all())), "uint16")).data()) as Uint16Array;
    const isNaN = await onBackend(cpu, () => notEqual(all(), all())).data();
    expect(got.findIndex((v, k) => v !== k && !isNaN[k])).toBe(-1);
  });
  it("rounds float32 between any two neighbours as storing does", async () => {
    const toBits = dtype === "float16" ? toFloat16 : toBFloat16;
    const wide = onBackend(cpu, () => cast(all(), "float32"));
    const numbers = [...((await wide.data()) as Float32Array)].filter(Number.isFinite);
    const words = new Uint32Array(1);
    const float = new Float32Array(words.buffer);
    // The middle between a number and the next one, and what lies beside it.
    const between = numbers.flatMap((v, i) => {
      float[0] = (v + (numbers[i + 1] ?? v)) / 2;
      return [-1, 0, 1].map((step) => {
        words[0]! += step;
        const near = float[0]!;
        words[0]! -= step;
        return near;
      });
    });
    const given = Float32Array.from(between.filter(Number.isFinite));
    const got = onBackend(cpu, () => bitcast(cast(tensor(given), dtype), "uint16"));
    const result = (await got.data()) as Uint16Array;
    const wrong = given.findIndex((v, i) => result[i] !== toBits(v));
    expect(wrong < 0 ? "" : `${given[wrong]} became ${result[wrong]}`).toBe("");
  });
  it("is rounded once from float64", () => {
    const ties = spread(2000, 20).flatMap((v) => {
      const word = Math.fround(v);
      return [word, word * (1 + 2 ** -40), word * (1 - 2 ** -40), word * (1 + 2 ** -12), word * (1 + 2 ** -9 + 2 ** -45)];
    });
    return expectEqual(() => cast(tensor(Float64Array.from([...ties, ...edges])), dtype));
  });
  const binaries = { add, sub, mul, div, minimum, maximum };
  it.each(Object.keys(binaries))("%s is rounded as by the reference", (name) => {
    const op = binaries[name as "add"];
    // Which of two zeros is the larger is nobody's promise.
    const ends = edges.filter((v) => !Object.is(v, -0));
    const [x, y] = [
      [...spread(3000, 12), ...ends],
      [...spread(3000, 12).reverse(), ...[...ends].reverse()],
    ];
    return expectEqual(() => op(tensor(x, undefined, dtype), tensor(y, undefined, dtype)));
  });
  const unaries = { neg, abs, sign, floor, ceil, round, sqrt };
  it.each(Object.keys(unaries))("%s is rounded as by the reference", (name) => {
    const op = unaries[name as "neg"];
    return expectEqual(() => op(name === "sqrt" ? abs(all()) : all()));
  });
  it("rounds after each op, whether ops are fused or not", () => {
    const chain = (x: Tensor): Tensor => sub(mul(add(x, 1), 3), mul(x, x));
    const x = (): Tensor => tensor(spread(1000, 4), undefined, dtype);
    const compiled = func(chain, { name: "chain" });
    return Promise.all([expectEqual(() => chain(x())), expectEqual(() => compiled(x())), expectEqual(() => compiled(x()), strict)]);
  });
  it("adds up in float32", () => expectEqual(() => sum(tensor(new Array(4096).fill(1), undefined, dtype))));
});

describe("conversions", () => {
  const numbers = [
    ...edges,
    ...spread(500, 70),
    2 ** 31,
    2 ** 31 - 0.5,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
    1e300,
    300,
    -200,
    0.5,
    1.5,
  ];
  const targets: readonly DType[] = [
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "bool",
  ];
  for (const from of ["float32", "float64", "float16"] as const) {
    it.each(targets)(`${from} to %s, at the ends of ranges too`, (to) => expectEqual(() => cast(tensor(numbers, undefined, from), to)));
  }
  const whole = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 40 + 3, -(2 ** 45) - 1, 2 ** 53 - 1, 1 - 2 ** 53, 255, 256, 65537];
  it.each(targets)("int64 to %s", (to) => expectEqual(() => cast(tensor(BigInt64Array.from(whole, BigInt)), to)));
  it.each(["int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"] as const)("%s to 64 bits", (from) =>
    expectEqual(() => {
      const x = cast(tensor([0, 1, 2, 100, 127], undefined, "float32"), from);
      return add(cast(x, "float64"), cast(cast(x, "int64"), "float64"));
    }),
  );
  it("a chain through several widths is one kernel", () => {
    const chain = func((x: Tensor) =>
      cast(mul(cast(cast(cast(x, "float64"), "int32"), "float16"), tensor([0.5], undefined, "float16")), "int64"),
    );
    return expectEqual(() => chain(tensor(spread(101, 8))));
  });
});

describe("vectors of two", () => {
  const numbers = spread(403, 3);
  const x = (): Tensor => tensor(Float64Array.from(numbers), [13, 31]);
  it.each([1, 2, 3, 5, 8, 9, 17, 31])("%i elements", (n) => expectEqual(() => mul(slice(x(), [1, 0], [3, n]), 3), strict));
  it("a mask of float64 chooses among other widths", () =>
    expectEqual(() => where(less(x(), 0.25), cast(x(), "float32"), cast(cast(x(), "int8"), "float32")), strict));
  it("columns of bytes beside float64", () =>
    expectEqual(() => add(cast(cast(x(), "uint8"), "float64"), slice(x(), [0, 0], [1, 31])), strict));
  it("maxima and places, over rows and columns", async () => {
    for (const axis of [0, 1]) await expectEqual(() => max(x(), { axis }));
  });
  it("means, in every order of summing", async () => {
    const data = onBackend(cpu, () => mean(x(), { axis: 1 }));
    const got = (await data.data()) as Float64Array;
    got.forEach((v, row) => {
      const line = numbers.slice(row * 31, row * 31 + 31);
      const size = line.reduce((s, t) => s + Math.abs(t), 0) / 31;
      // 31 additions and a quotient, each off by at most half a unit of the sum of magnitudes, on either side.
      expect(Math.abs(v - line.reduce((s, t) => s + t, 0) / 31)).toBeLessThanOrEqual(32 * 2 ** -52 * size);
    });
  });
});
