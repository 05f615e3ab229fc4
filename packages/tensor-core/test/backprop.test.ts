/** Reverse mode: what reaches what, how gradients add up, and what has none. */
import { describe, expect, it } from "vitest";
import {
  add,
  argMax,
  backprop,
  cast,
  densify,
  dispatch,
  func,
  GradientError,
  gather,
  greater,
  IndexedSlices,
  isRecording,
  makeSpec,
  mul,
  type Op,
  ones,
  recording,
  square,
  stopGradient,
  sub,
  sum,
  type TapeEntry,
  type Tensor,
  tensor,
  unsortedSegmentSum,
  variable,
  where,
} from "../src/index.ts";

const list = (t: { dataSync(): ArrayLike<unknown> }): number[] => Array.from(t.dataSync() as ArrayLike<number>);
/** Gradients of the sum of `fn`'s result. */
function grad(fn: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): (number[] | null)[] {
  const entries: TapeEntry[] = [];
  const y = recording(entries, () => fn(...xs));
  return backprop(entries, [y], [ones(y.shape, y.dtype)], xs).map((g) => g && list(densify(g)));
}

describe("backprop", () => {
  it("adds up over several uses, diamonds included", () => {
    expect(grad((x) => add(mul(x!, x!), mul(x!, 3)), tensor([2]))).toEqual([[7]]);
    expect(
      grad(
        (x) => {
          const a = square(x!);
          return mul(add(a, 1), sub(a, 1));
        },
        tensor([3]),
      ),
    ).toEqual([[108]]);
    expect(
      grad(
        (x) => {
          let y = x!;
          for (let i = 0; i < 20; i++) y = add(y, y);
          return y;
        },
        tensor([1]),
      ),
    ).toEqual([[2 ** 20]]);
  });
  it("a source that is the target has gradient one, and one between them its own", () => {
    const entries: TapeEntry[] = [];
    const x = tensor([2]);
    const [y, z] = recording(entries, () => {
      const y = square(x);
      return [y, square(y)];
    });
    expect(backprop(entries, [z!], [ones([1])], [z!, y!, x]).map((g) => list(g as Tensor))).toEqual([[1], [8], [32]]);
  });
  it("several targets with their own seeds", () => {
    const entries: TapeEntry[] = [];
    const x = tensor([2]);
    const [y, z] = recording(entries, () => [square(x), mul(x, 5)]);
    expect(backprop(entries, [y!, z!], [tensor([10]), tensor([1])], [x]).map((g) => list(g as Tensor))).toEqual([[45]]);
    expect(backprop(entries, [y!, z!], [null, tensor([1])], [x]).map((g) => list(g as Tensor))).toEqual([[5]]);
  });
  it("is null where nothing depends, through stopGradient, integers and bools", () => {
    expect(grad((x, y) => square(x!), tensor([1]), tensor([2]))).toEqual([[2], null]);
    expect(grad((x) => stopGradient(square(x!)), tensor([1]))).toEqual([null]);
    expect(grad((x) => cast(argMax(x!), "float32"), tensor([1, 2]))).toEqual([null]);
    expect(grad((x) => where(greater(x!, 1.5), x!, mul(x!, 10)), tensor([1, 2]))).toEqual([[10, 1]]);
    expect(grad((x) => cast(cast(x!, "int32"), "float32"), tensor([1.5]))).toEqual([null]);
  });
  it("casts back to the source's dtype", () => {
    const entries: TapeEntry[] = [];
    const x = tensor([2]);
    const y = recording(entries, () => square(cast(x, "float64")));
    const g = backprop(entries, [y], [ones([1], "float64")], [x])[0] as Tensor;
    expect([g.dtype, list(g)]).toEqual(["float32", [4]]);
  });
  it("an op without a gradient is an error only where it is needed", () => {
    const op: Op<undefined> = {
      name: "mystery",
      infer: ([x]) => [makeSpec(x!.shape, x!.dtype)],
      how: { kind: "map", body: ([x]) => [x!] },
    };
    const mystery = (x: Tensor): Tensor => dispatch(op, [x], undefined)[0]!;
    expect(() => grad((x) => mystery(x!), ones([2]))).toThrow(GradientError);
    expect(() => grad((x) => mystery(x!), ones([2]))).toThrow(
      "mystery: has no gradient, and the target depends on it. Got f32[2]. Wrap its result in stopGradient() if that is meant.",
    );
    expect(
      grad(
        (x) => {
          mystery(x!);
          return square(x!);
        },
        tensor([3]),
      ),
    ).toEqual([[6]]);
    expect(grad((x) => add(x!, stopGradient(mystery(x!))), tensor([3]))).toEqual([[1]]);
  });
  it("nests: recording while a gradient is taken records that, too", () => {
    const x = tensor([2]);
    const outer: TapeEntry[] = [];
    const dy = recording(outer, () => {
      const inner: TapeEntry[] = [];
      const y = recording(inner, () => mul(x, mul(x, x)));
      return backprop(inner, [y], [ones([1])], [x])[0] as Tensor;
    });
    expect([list(dy), list(backprop(outer, [dy], [ones([1])], [x])[0] as Tensor)]).toEqual([[12], [12]]);
    expect(isRecording()).toBe(false);
  });
  it("works in a compiled function, and gives the same", () => {
    const f = func((x: Tensor) => {
      const entries: TapeEntry[] = [];
      const y = recording(entries, () => sum(square(x)));
      return backprop(entries, [y], [ones([])], [x])[0] as Tensor;
    });
    expect(list(f(tensor([1, 2, 3])))).toEqual([2, 4, 6]);
    expect(f.traces).toBe(1);
  });
  it("tells recorders which variables were read", () => {
    const v = variable([3]);
    const entries: TapeEntry[] = [];
    const read: Tensor[] = [];
    const y = recording(entries, () => {
      const t = v.value;
      read.push(t);
      return square(t);
    });
    expect(list(backprop(entries, [y], [ones([1])], read)[0] as Tensor)).toEqual([6]);
  });
  it("leaves the tape as it was when the function throws", () => {
    expect(() =>
      recording([], () => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(isRecording()).toBe(false);
  });
});

describe("IndexedSlices", () => {
  const indices = tensor([2, 0, 2], [3], "int32");
  const run = (fn: (x: Tensor) => Tensor): Tensor | IndexedSlices | null => {
    const entries: TapeEntry[] = [];
    const x = ones([4, 2]);
    const y = recording(entries, () => fn(x));
    return backprop(entries, [y], [mul(ones(y.shape), 3)], [x])[0]!;
  };
  it("are what gather of rows gives, and stand for rows added up", () => {
    const g = run((x) => gather(x, indices));
    expect(g).toBeInstanceOf(IndexedSlices);
    const { values, denseShape } = g as IndexedSlices;
    expect([values.shape, denseShape, list((g as IndexedSlices).indices)]).toEqual([
      [3, 2],
      [4, 2],
      [2, 0, 2],
    ]);
    expect(list(densify(g!))).toEqual([3, 3, 0, 0, 6, 6, 0, 0]);
  });
  it("become dense where they meet another gradient or pass another op", () => {
    expect(list(run((x) => add(sum(gather(x, indices), { axis: 0 }), sum(x, { axis: 0 }))) as Tensor)).toEqual([6, 6, 3, 3, 9, 9, 3, 3]);
    expect(list(run((x) => gather(square(x), indices)) as Tensor)).toEqual([6, 6, 0, 0, 12, 12, 0, 0]);
  });
  it("two gathers of one table add up", () => {
    expect(list(densify(run((x) => add(gather(x, indices), gather(x, tensor([1, 1, 1], [3], "int32"))))!))).toEqual([
      3, 3, 9, 9, 6, 6, 0, 0,
    ]);
  });
  it("unsortedSegmentSum is their dense form", () => {
    expect(list(unsortedSegmentSum(tensor([[1], [2], [4]]), indices, 4))).toEqual([2, 0, 5, 0]);
  });
});
