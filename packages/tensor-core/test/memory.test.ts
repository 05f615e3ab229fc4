/** Memory: who holds what, and what gives it back. */
import { describe, expect, it } from "vitest";
import {
  add,
  DisposedError,
  dispose,
  fill,
  func,
  IndexedSlices,
  keep,
  memory,
  mul,
  ones,
  reshape,
  square,
  type Tensor,
  tensor,
  tidy,
  variable,
  within,
  withName,
  zeros,
} from "../src/index.ts";

const list = (t: { dataSync(): ArrayLike<unknown> }): number[] => Array.from(t.dataSync() as ArrayLike<number>);
/** How many storages `fn` leaves behind. All in one turn, so that nothing is collected meanwhile. */
const left = (fn: () => unknown): number => {
  const before = memory().numTensors;
  fn();
  return memory().numTensors - before;
};

describe("tidy", () => {
  it("disposes of what is made inside and not returned", () => {
    let inner: Tensor | undefined;
    expect(left(() => tidy(() => add((inner = mul(ones([2]), 3)), 1)))).toBe(1);
    expect(inner!.isDisposed).toBe(true);
  });
  it("keeps results in trees", () => {
    const r = tidy(() => ({ a: [ones([1]), { b: zeros([2]) }], m: new Map([["k", fill([1], 5)]]) }));
    expect([list(r.a[0] as Tensor), list(r.m.get("k")!)]).toEqual([[1], [5]]);
  });
  it("keeps the parts of IndexedSlices", () => {
    const s = tidy(() => new IndexedSlices(ones([1, 2]), fill([1], 0, "int32"), [3, 2]));
    expect([s.values.isDisposed, s.indices.isDisposed]).toEqual([false, false]);
  });
  it("nests: an inner result is the outer scope's", () => {
    let inner: Tensor | undefined;
    expect(left(() => tidy(() => void (inner = tidy(() => square(ones([2]))))))).toBe(0);
    expect(inner!.isDisposed).toBe(true);
  });
  it("leaves kept tensors, the values of variables, and tensors from outside", () => {
    const outside = ones([2]);
    let held: Tensor | undefined;
    const v = variable([0, 0]);
    tidy(() => {
      held = keep(mul(outside, 2));
      v.assign(mul(outside, 3));
    });
    expect([list(held!), list(v.value), list(outside)]).toEqual([
      [2, 2],
      [3, 3],
      [1, 1],
    ]);
  });
  it("disposes of everything when the function throws", () => {
    expect(
      left(() => {
        try {
          tidy(() => {
            ones([2]);
            throw new Error("mine");
          });
        } catch {}
      }),
    ).toBe(0);
  });
  it("refuses a promise, and still disposes", () => {
    expect(
      left(() => {
        expect(() => tidy(async () => square(ones([2])))).toThrow(
          "tidy: the function returned a promise, but tidy takes a synchronous function. Await before or after it.",
        );
      }),
    ).toBe(0);
  });
  it("so do the other scopes", () => {
    expect(() => withName("a", async () => 1)).toThrow(
      "withName: the function returned a promise, but withName takes a synchronous function.",
    );
    expect(() => within("mine", {}, async () => 1)).toThrow("mine: the function returned a promise");
  });
  it("covers the results of compiled functions", () => {
    const f = func((x: Tensor) => [square(x), add(x, 1)]);
    const x = ones([2]);
    tidy(() => void f(x));
    expect(left(() => tidy(() => void f(x)))).toBe(0);
    expect(left(() => tidy(() => f(x)))).toBe(2);
  });
});

describe("dispose", () => {
  it("frees at once, and twice does nothing", () => {
    expect(
      left(() => {
        const x = ones([2]);
        x.dispose();
        x.dispose();
      }),
    ).toBe(0);
  });
  it("a disposed tensor is an error that says what it was", () => {
    const x = ones([2, 3]);
    x.dispose();
    expect(() => add(x, 1)).toThrow(DisposedError);
    expect(() => square(x)).toThrow("tensor: it was disposed. Got f32[2, 3].");
    expect([x.shape, x.dtype, x.isDisposed]).toEqual([[2, 3], "float32", true]);
  });
  it("reading a disposed tensor rejects", async () => {
    const x = ones([2]);
    x.dispose();
    await expect(x.data()).rejects.toThrow(DisposedError);
  });
  it("using gives memory back at the end of the block", () => {
    expect(
      left(() => {
        using x = ones([2]);
        using y = square(x);
        expect(list(y)).toEqual([1, 1]);
      }),
    ).toBe(0);
  });
  it("goes through trees", () => {
    expect(left(() => dispose({ a: ones([1]), b: [zeros([2]), 5, null], m: new Map([[1, ones([3])]]) }))).toBe(0);
  });
  it("leaves other handles of the same storage alone", () => {
    const v = variable([1, 2]);
    const [a, b] = [v.value, v.value];
    a.dispose();
    expect(list(b)).toEqual([1, 2]);
    v.assign(tensor([3, 4]));
    expect(list(b)).toEqual([1, 2]);
    v.dispose();
    expect(list(b)).toEqual([1, 2]);
  });
});

describe("memory()", () => {
  it("counts storages and their bytes, the largest first", () => {
    const before = memory();
    const big = zeros([1000, 1000]);
    const small = ones([3], "int8");
    const after = memory();
    expect(after.numTensors - before.numTensors).toBe(2);
    expect(after.numBytes - before.numBytes).toBe(4_000_000 + 3);
    expect(after.largest[0]).toEqual({ bytes: 4_000_000, dtype: "float32", shape: [1000, 1000], backend: "reference" });
    expect(after.largest.length).toBeLessThanOrEqual(5);
    dispose([big, small]);
  });
  it("tensors that share a storage count once", () => {
    const v = variable([1, 2]);
    expect(left(() => [v.value, v.value, v.value])).toBe(0);
    v.dispose();
  });
  it("a reshape to the same shape is the tensor itself", () => {
    const x = ones([2, 3]);
    expect(reshape(x, [2, 3])).toBe(x);
  });
  it("a variable frees what it replaces", () => {
    const v = variable([1]);
    expect(
      left(() => {
        for (let i = 0; i < 10; i++) {
          using next = tensor([i]);
          v.assign(next);
        }
      }),
    ).toBe(0);
    v.dispose();
  });
  it("a compiled step that assigns allocates nothing but what it returns", () => {
    const v = variable([1, 2]);
    const f = func((x: Tensor) => {
      v.assign(add(mul(v, 0.5), x));
      return square(v);
    });
    const x = ones([2]);
    f(x).dispose();
    expect(
      left(() => {
        for (let i = 0; i < 5; i++) f(x).dispose();
      }),
    ).toBe(0);
  });
});
