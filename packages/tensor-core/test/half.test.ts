/** 16-bit floats on the reference backend: their bits, what is rounded, and what adds up in 32 bits. */
import { describe, expect, it } from "vitest";
import {
  add,
  bitcast,
  cast,
  createReferenceBackend,
  type DType,
  func,
  mul,
  pad,
  sub,
  sum,
  type Tensor,
  tensor,
  toBFloat16,
  toFloat16,
  unsortedSegmentSum,
} from "../src/index.ts";
import { onBackend } from "../src/testing/index.ts";

const every = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

/** IEEE 754, section 3.4: ±fraction · 2^(exponent − bias), written down once more. */
function meaning(bits: number, fractionBits: number): number {
  const [one, sign] = [2 ** fractionBits, bits >> 15 ? -1 : 1];
  const special = 2 ** (15 - fractionBits) - 1;
  const [exponent, fraction] = [(bits & 0x7fff) >> fractionBits, bits & (one - 1)];
  if (exponent === special) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? one + fraction : fraction) * 2 ** ((exponent || 1) - (special - 1) / 2 - fractionBits);
}

describe.each([
  ["float16", 10, toFloat16],
  ["bfloat16", 7, toBFloat16],
] as const)("%s", (dtype, fractionBits, toBits) => {
  const numbers = tensor(every, [every.length], dtype).arraySync() as number[];

  it("every pattern of bits is the number IEEE says, and back", () => {
    expect(numbers.findIndex((v, i) => !Object.is(v, meaning(i, fractionBits)))).toBe(-1);
    expect(numbers.findIndex((v, i) => !Number.isNaN(v) && toBits(v) !== i)).toBe(-1);
  });
  it("data() gives the bits, array() and printing give the numbers", () => {
    const x = tensor([1, -0.5], undefined, dtype);
    expect(x.dataSync()).toEqual(Uint16Array.of(toBits(1), toBits(-0.5)));
    expect(x.arraySync()).toEqual([1, -0.5]);
    expect(`${x}`).toBe(`Tensor([1, -0.5], shape=[2], dtype=${dtype})`);
    expect(bitcast(x, "uint16").arraySync()).toEqual([...x.dataSync()]);
    expect(bitcast(bitcast(x, "int16"), dtype).arraySync()).toEqual([1, -0.5]);
  });
  it("each op rounds, eager and compiled; a cast rounds; so does a number", () => {
    const x = tensor([1], undefined, dtype);
    const tiny = 2 ** -(fractionBits + 1);
    const twice = (v: Tensor): Tensor => add(add(v, tiny), tiny);
    expect([twice(x), func(twice)(x)].map((y) => y.arraySync())).toEqual([[1], [1]]);
    expect(cast(tensor([1 + tiny * 1.5]), dtype).arraySync()).toEqual([1 + 2 * tiny]);
    const padded = (v: Tensor): Tensor => mul(pad(v, [[0, 1]], 1 + tiny), v);
    expect(func(padded)(x).arraySync()).toEqual([1, 1]);
  });
  it("what is added up by id is rounded before it is used", () => {
    const tiny = 2 ** -(fractionBits + 1);
    const rows = tensor([1, tiny], undefined, dtype);
    const rest = (v: Tensor): Tensor => sub(unsortedSegmentSum(v, tensor([0, 0], undefined, "int32"), 1), 1);
    expect([rest(rows), func(rest)(rows)].map((y) => y.arraySync())).toEqual([[0], [0]]);
  });
  it("sums are taken in float32 and rounded once", () => {
    const n = 2 ** (fractionBits + 3);
    expect(sum(tensor(Array(n).fill(1), undefined, dtype)).arraySync()).toBe(n);
  });
});

it("a backend without them says that the interpreter has them", () => {
  const small = { ...createReferenceBackend("small"), capabilities: { dtypes: new Set<DType>(["float32"]), synchronousReads: true } };
  expect(() => onBackend(small, () => tensor([1], undefined, "float16"))).toThrow(
    "tensor: small has no float16. Got f16[1]. It has float32. reference has float16.",
  );
});
