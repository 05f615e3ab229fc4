/** Control flow: its gradients against unrolled loops and differences, graphs that do not grow, and what it refuses. */
import { describe, expect, it } from "vitest";
import {
  add,
  backprop,
  cond,
  countNodes,
  func,
  GradientError,
  greater,
  less,
  matMul,
  mul,
  ones,
  order,
  recording,
  repeat,
  reshape,
  type ScanAttrs,
  scan,
  sigmoid,
  slice,
  square,
  stack,
  sub,
  sum,
  type TapeEntry,
  type Tensor,
  TraceError,
  tanh,
  tensor,
  trace,
  variable,
  whileLoop,
  zeros,
} from "../src/index.ts";
import { gradcheck, gradients, type TensorFunction } from "../src/testing/index.ts";

const list = (t: { dataSync(): ArrayLike<unknown> }): number[] => Array.from(t.dataSync() as ArrayLike<number>);
const numbers = (n: number, seed = 1): number[] => Array.from({ length: n }, (_, i) => Math.sin(seed * 12.9 + i * 7.3));
const host = (shape: readonly number[], seed = 1) => ({
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
  dtype: "float64" as const,
});

/** One step of a small recurrent layer. */
const cell = (h: Tensor, x: Tensor, u: Tensor): Tensor => tanh(add(matMul(h, u), x));
const scanned: TensorFunction = (x, h, u) =>
  scan(
    (c: Tensor, v: Tensor) => {
      const next = cell(c, v, u!);
      return [next, mul(next, v)] as const;
    },
    h!,
    x!,
  );
/** The same, step after step. */
const unrolled: TensorFunction = (x, h, u) => {
  const ys: Tensor[] = [];
  let c = h!;
  for (let t = 0; t < (x!.dims[0] as number); t++) {
    const v = reshape(slice(x!, [t], [1]), x!.dims.slice(1));
    c = cell(c, v, u!);
    ys.push(mul(c, v));
  }
  return [c, stack(ys)];
};

describe("scan", () => {
  const inputs = [host([4, 2, 3], 1), host([2, 3], 2), host([3, 3], 3)];
  const tensors = (): Tensor[] => inputs.map((h) => tensor(h.data, h.shape, "float64"));
  const close = (a: readonly Tensor[], b: readonly Tensor[]): void => {
    expect(a.length).toBe(b.length);
    a.forEach((x, i) => {
      expect(x.shape).toEqual(b[i]!.shape);
      // Sums of at most 4 × 3 products of size 1 in another order.
      list(x).forEach((v, k) => expect(Math.abs(v - list(b[i]!)[k]!)).toBeLessThan(100 * 2 ** -52));
    });
  };

  it("values and gradients are those of the unrolled loop", () => {
    close(scanned(...tensors()) as Tensor[], unrolled(...tensors()) as Tensor[]);
    close(gradients(scanned, tensors(), [0, 1, 2]), gradients(unrolled, tensors(), [0, 1, 2]));
  });
  it("so are second gradients", () => {
    const second = (f: TensorFunction): Tensor[] => gradients((...xs) => gradients(f, xs, [0, 1, 2]), tensors(), [0, 1, 2]);
    close(second(scanned), second(unrolled));
  });
  it("and third ones agree with differences", () => {
    const first: TensorFunction = (...xs) => gradients(scanned, xs, [0, 1, 2]);
    gradcheck(first, [host([2, 1, 2], 1), host([1, 2], 2), host([2, 2], 3)], { second: true });
  });
  it("in reverse, too", () => {
    gradcheck(
      (x, u) =>
        scan(
          (c: Tensor, v: Tensor) => {
            const n = tanh(add(mul(c, u!), v));
            return [n, n] as const;
          },
          zeros([2], "float64"),
          x!,
          { reverse: true },
        ),
      [host([3, 2]), host([2], 2)],
    );
  });
  it.each([
    ["forward", scanned],
    ["gradient", (...xs: Tensor[]) => gradients(scanned, xs, [0, 1, 2])],
    ["second gradient", (...xs: Tensor[]) => gradients((...ys) => gradients(scanned, ys, [0, 1, 2]), xs, [0, 1, 2])],
  ] as const)("its graph does not grow with the steps: %s", (_, f) => {
    const nodes = (steps: number): number =>
      countNodes(func((x: Tensor, h: Tensor, u: Tensor) => f(x, h, u)).graph(zeros([steps, 2, 3]), zeros([2, 3]), zeros([3, 3])));
    expect(nodes(1000)).toBe(nodes(10));
  });
  it("one trace serves every number of steps, forward and backward", () => {
    const f = func((x: Tensor, h: Tensor, u: Tensor) => gradients(scanned, [x, h, u], [0, 1, 2]), {
      inputSignature: [
        { shape: ["steps", 2, 3], dtype: "float64" },
        { shape: [2, 3], dtype: "float64" },
        { shape: [3, 3], dtype: "float64" },
      ],
    });
    for (const n of [4, 1, 7]) {
      const [x, h, u] = [tensor(numbers(6 * n), [n, 2, 3], "float64"), ...tensors().slice(1)] as [Tensor, Tensor, Tensor];
      close(f(x, h, u), gradients(unrolled, [x, h, u], [0, 1, 2]));
    }
    expect(f.traces).toBe(1);
  });
  it("sums products with a captured matrix after the loop, or in its carry where the number of rows is a product of unknown sizes", () => {
    const carried = (steps: number | string, batch: number | string): number => {
      const f = func((x: Tensor, h: Tensor, u: Tensor) => gradients(scanned, [x, h, u], [0, 1, 2]), {
        inputSignature: [
          { shape: [steps, batch, 3], dtype: "float64" },
          { shape: [batch, 3], dtype: "float64" },
          { shape: [3, 3], dtype: "float64" },
        ],
      });
      const given = tensors() as [Tensor, Tensor, Tensor];
      close(f(...given), gradients(unrolled, given, [0, 1, 2]));
      expect(f.traces).toBe(1);
      const scans = order(f.graph(...given).outputs).filter((n) => n.op.name === "scan");
      return (scans.at(-1)!.attrs as ScanAttrs).carry;
    };
    expect([carried(4, 2), carried("steps", 2), carried(4, "batch"), carried("steps", "batch")]).toEqual([1, 1, 1, 2]);
  });
  it("an unused result, slice or carry has a zero gradient, not an error", () => {
    const g = gradients((x, h) => scan((c: Tensor) => [c, ones([])] as const, h!, x!)[0], [ones([3]), ones([2])], [0, 1]);
    expect(g.map(list)).toEqual([[0, 0, 0], gradients((x) => x!, [ones([2])], [0]).flatMap(list)]);
  });
  it("the gradient of the stacked results alone", () => {
    gradcheck((x) => scan((c: Tensor, v: Tensor) => [mul(c, v), square(v)] as const, ones([], "float64"), x!)[1], [host([4])]);
  });
  it("assigns a variable that its body reads and writes", () => {
    const total = variable([0]);
    const f = func((x: Tensor) =>
      scan(
        (c: Tensor, v: Tensor) => {
          total.assign(add(total, v));
          return [add(c, 1), total.value] as const;
        },
        zeros([]),
        x,
      ),
    );
    const [count, totals] = f(tensor([[1], [2], [3]]));
    expect([list(count), list(totals), list(total.value)]).toEqual([[3], [1, 3, 6], [6]]);
    f(tensor([[4]]));
    expect(list(total.value)).toEqual([10]);
  });
  it("so does one in eager code", () => {
    const total = variable([0]);
    scan(
      (c: Tensor, v: Tensor) => {
        total.assign(add(total, v));
        return [c, []] as const;
      },
      zeros([]),
      tensor([[1], [2]]),
    );
    expect(list(total.value)).toEqual([3]);
  });
  it("refuses a body that writes a variable it does not read", () => {
    const v = variable([0]);
    expect(() =>
      scan(
        (c: Tensor, x: Tensor) => {
          v.assign(x);
          return [c, []] as const;
        },
        zeros([]),
        tensor([[1]]),
      ),
    ).toThrow("scan: its body assigns a variable it does not read. Return the value and assign it after.");
  });
  it("refuses an asynchronous body", () => {
    expect(() => scan((async (c: Tensor) => [c, []]) as never, zeros([]), tensor([1]))).toThrow("scan: the function returned a promise");
  });
  it("a captured variable is read once, before the steps", () => {
    const w = variable([2]);
    const f = func((x: Tensor) => scan((c: Tensor, v: Tensor) => [add(mul(c, w), v), []] as const, ones([1]), x)[0]);
    expect(list(f(tensor([[1], [1]])))).toEqual([7]);
    w.assign(tensor([3]));
    expect(list(f(tensor([[1], [1]])))).toEqual([13]);
    expect(f.traces).toBe(1);
  });
});

describe("a scan's carries and memories", () => {
  const scans = (f: () => unknown): ScanAttrs[] => {
    const { graph } = trace(
      "test",
      [],
      () => f(),
      (y) => (Array.isArray(y) ? (y as Tensor[]) : [y as Tensor]),
    );
    return order(graph.outputs).flatMap((n) => (n.op.name === "scan" ? [n.attrs as ScanAttrs] : []));
  };
  const x = tensor(numbers(6), [3, 2]);

  it("a carry that no step reads and that ends like another is not carried, and ends like it", () => {
    const both = (): Tensor[] =>
      scan(
        ([h]: readonly Tensor[], x: Tensor) => {
          const next = tanh(add(h!, x));
          return [[next, next, next], []] as const;
        },
        [zeros([2]), ones([2]), zeros([2])] as readonly Tensor[],
        x,
      )[0] as Tensor[];
    expect(scans(both).map((a) => a.carry)).toEqual([1]);
    const [h, one, other] = both();
    expect(list(one!)).toEqual(list(h!));
    expect(list(other!)).toEqual(list(h!));
  });
  it("but for a loop without steps, where each ends as it began", () => {
    const [, last] = scan(
      ([h]: readonly Tensor[], x: Tensor) => [[add(h!, x), add(h!, x)], []] as const,
      [zeros([2]), ones([2])] as readonly Tensor[],
      zeros([0, 2]),
    )[0] as Tensor[];
    expect(list(last!)).toEqual([1, 1]);
  });
  it("what little of another value the gradient reads is made again", () => {
    const h = zeros([2]);
    const last = (): Tensor => {
      const entries: TapeEntry[] = [];
      const end = recording(
        entries,
        () =>
          scan(
            ([h]: readonly Tensor[], x: Tensor) => [[mul(tanh(add(h!, x)), sigmoid(x))], []] as const,
            [h] as readonly Tensor[],
            x,
          )[0][0]!,
      );
      return backprop(entries, [end], [ones([2])], [h])[0] as Tensor;
    };
    // The tangent and the sigmoid; not one minus a square, nor a product of the two.
    expect(scans(last)[0]!.hidden).toBe(2);
  });
});

describe("repeat", () => {
  it("tells the step, and differentiates", () => {
    expect(list(repeat(4, (c: Tensor, i) => add(c, i), zeros([], "int32")))).toEqual([6]);
    gradcheck((x) => repeat(3, (c: Tensor) => mul(tanh(c), x!), x!), [host([2])]);
  });
});

describe("cond", () => {
  const f: TensorFunction = (p, x, y) =>
    cond(
      greater(sum(p!), 0),
      () => mul(square(x!), y!),
      () => sub(y!, x!),
    );
  it("takes one side's gradient", () => {
    const grads = (p: number): number[][] => gradients(f, [tensor([p]), tensor([3]), tensor([5])], [1, 2]).map(list);
    const w = gradients((x) => x!, [ones([1])], [0]).flatMap(list)[0]!;
    expect(grads(1)).toEqual([[30 * w], [9 * w]]);
    expect(grads(-1)).toEqual([[-w], [w]]);
  });
  it("agrees with differences, twice, on both sides", () => {
    for (const p of [1, -1]) gradcheck(f, [{ shape: [1], data: [p], dtype: "float64" }, host([2]), host([2], 2)]);
  });
  it("is one node whichever side runs, in a compiled function too", () => {
    const g = func(
      (p: Tensor, x: Tensor) =>
        gradients(
          (v) =>
            cond(
              greater(sum(p), 0),
              () => square(v!),
              () => mul(v!, 3),
            ),
          [x],
          [0],
        )[0]!,
    );
    const w = gradients((x) => x!, [ones([1])], [0]).flatMap(list)[0]!;
    expect([list(g(tensor([1]), tensor([2]))), list(g(tensor([-1]), tensor([2])))]).toEqual([[4 * w], [3 * w]]);
    expect(g.traces).toBe(1);
  });
  it("refuses assignments on one side", () => {
    const v = variable([1]);
    expect(() =>
      cond(
        tensor(true),
        () => {
          v.assign(ones([1]));
          return ones([]);
        },
        () => ones([]),
      ),
    ).toThrow(TraceError);
  });
  it("nested three deep", () => {
    const deep: TensorFunction = (x) =>
      cond(
        greater(sum(x!), 0),
        () =>
          cond(
            greater(sum(x!), 1),
            () =>
              cond(
                greater(sum(x!), 2),
                () => square(x!),
                () => mul(x!, 3),
              ),
            () => mul(x!, 5),
          ),
        () => mul(x!, 7),
      );
    for (const v of [2.5, 1.5, 0.5, -0.5]) gradcheck(deep, [{ shape: [1], data: [v], dtype: "float64" }]);
  });
});

describe("whileLoop", () => {
  const grow = (x: Tensor, bound?: number): Tensor =>
    whileLoop(
      ([y]) => less(sum(y), 10),
      ([y]) => [mul(y, add(square(x), 1))] as const,
      [x] as const,
      bound === undefined ? {} : { maximumIterations: bound },
    )[0];
  it("without a bound has no gradient, and says what to do", () => {
    expect(() => gradients((x) => grow(x!), [tensor([0.7])], [0])).toThrow(GradientError);
    expect(() => gradients((x) => grow(x!), [tensor([0.7])], [0])).toThrow(
      "whileLoop: its gradient needs a bound on its steps. Give maximumIterations.",
    );
  });
  it("with a bound it has: that of the steps it took", () => {
    gradcheck((x) => grow(x!, 12), [{ shape: [1], data: [0.7], dtype: "float64" }]);
    gradcheck((x) => grow(x!, 2), [{ shape: [1], data: [0.7], dtype: "float64" }]);
  });
  it("the same number of steps under a tape and without", () => {
    for (const bound of [1, 3, 12, 50]) {
      const entries: TapeEntry[] = [];
      expect(list(recording(entries, () => grow(tensor([0.7]), bound)))).toEqual(list(grow(tensor([0.7]), bound)));
    }
  });
  it("whose result no gradient is asked of may be unbounded under a tape", () => {
    const g = gradients(
      (x) => {
        grow(x!);
        return square(x!);
      },
      [tensor([0.7])],
      [0],
    );
    expect(g.length).toBe(1);
  });
  it("a bounded loop recorded when no tape listened cannot be differentiated by chance", () => {
    const entries: TapeEntry[] = [];
    const x = tensor([0.7]);
    const y = grow(x, 3);
    expect(backprop(entries, [y], [ones([1])], [x])).toEqual([null]);
  });
  it("refuses an asynchronous test", () => {
    expect(() => whileLoop((async () => tensor(true)) as never, ([x]) => [x] as const, [ones([])] as const)).toThrow();
  });
});
