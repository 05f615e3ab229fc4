/** `function`: when it traces, what it captures, and how variables behave in it. */
import { afterEach, describe, expect, it } from "vitest";
import {
  type AntlerEvent,
  add,
  cast,
  concat,
  context,
  func,
  isTracing,
  mul,
  onEvent,
  ones,
  reshape,
  square,
  sum,
  suspendTrace,
  type Tensor,
  TraceError,
  tensor,
  variable,
  withName,
} from "../src/index.ts";

const list = (t: { dataSync(): ArrayLike<unknown> }): number[] => Array.from(t.dataSync() as ArrayLike<number>);
let stop: () => void = () => {};
const record = (): AntlerEvent[] => {
  const events: AntlerEvent[] = [];
  stop = onEvent((e) => void events.push(e));
  return events;
};
afterEach(() => {
  stop();
  expect(context.trace).toBeUndefined();
  expect(context.recorders).toEqual([]);
  expect(context.path).toBe("");
});

describe("tracing", () => {
  it("runs the function once for each signature", () => {
    let calls = 0;
    const f = func((x: Tensor) => {
      calls++;
      return mul(x, x);
    });
    expect(list(f(tensor([1, 2])))).toEqual([1, 4]);
    expect(list(f(tensor([3, 4])))).toEqual([9, 16]);
    expect([calls, f.traces]).toEqual([1, 1]);
    f(tensor([1, 2, 3]));
    f(tensor([1, 2], [2], "int32"));
    f(tensor([[1, 2]]));
    expect([calls, f.traces]).toEqual([4, 4]);
    f(tensor([5, 6]));
    expect(calls).toBe(4);
  });
  it("takes plain values as part of the signature, by value", () => {
    const f = func((x: Tensor, options: { scale: number; name?: string; on: boolean }) => mul(x, options.on ? options.scale : 0));
    const x = tensor([1, 2]);
    f(x, { scale: 2, on: true });
    f(x, { scale: 2, on: true });
    expect(f.traces).toBe(1);
    f(x, { scale: 3, on: true });
    f(x, { scale: 2, on: false });
    f(x, { scale: 2, on: true, name: "a" });
    f(x, { scale: 0, on: true });
    f(x, { scale: -0, on: true });
    f(x, { scale: Number.NaN, on: true });
    f(x, { scale: Number.NaN, on: true });
    expect(f.traces).toBe(7);
  });
  it("tells texts apart whatever is in them", () => {
    const f = func((names: readonly string[], x: Tensor) => add(x, names.length));
    expect(list(f(["a,string:b"], tensor([0])))).toEqual([1]);
    expect(list(f(["a", "b"], tensor([0])))).toEqual([2]);
  });
  it('tells 1, "1", 1n, true, null and undefined apart', () => {
    const f = func((x: Tensor, y: unknown) => add(x, typeof y === "number" ? 1 : 2));
    for (const y of [1, "1", 1n, true, null, undefined, [1], { a: 1 }]) f(tensor([0]), y);
    expect(f.traces).toBe(8);
  });
  it("tells objects that are no trees apart by identity", () => {
    class Config {
      readonly scale: number;
      constructor(scale: number) {
        this.scale = scale;
      }
    }
    const f = func((x: Tensor, c: Config) => mul(x, c.scale));
    const [a, b] = [new Config(2), new Config(3)];
    expect([list(f(tensor([1]), a)), list(f(tensor([1]), b)), list(f(tensor([2]), a))]).toEqual([[2], [3], [4]]);
    expect(f.traces).toBe(2);
  });
  it("takes and gives trees: arrays, objects, Maps, numbers and null", () => {
    const f = func((t: { a: Tensor; list: Tensor[]; m: Map<string, Tensor> }) => ({
      sum: add(t.a, t.list[1]!),
      again: t.a,
      m: new Map([["k", mul(t.m.get("x")!, 2)]]),
      n: 3,
      nothing: null,
      list: [t.list[0]!],
    }));
    const r = f({ a: tensor([1]), list: [tensor([2]), tensor([3])], m: new Map([["x", tensor([4])]]) });
    expect([list(r.sum), list(r.again), list(r.m.get("k")!), r.n, r.nothing, list(r.list[0]!)]).toEqual([[4], [1], [8], 3, null, [2]]);
  });
  it("a result that is an argument unchanged is a handle of its own", () => {
    const f = func((x: Tensor) => x);
    const x = tensor([1, 2]);
    const y = f(x);
    x.dispose();
    expect(list(y)).toEqual([1, 2]);
  });
  it("what it closes over becomes an input, not a constant", () => {
    const c = tensor([10, 20]);
    const f = func((x: Tensor) => add(x, c));
    expect(list(f(tensor([1, 2])))).toEqual([11, 22]);
    expect(f.graph(tensor([1, 2])).inputs.length).toBe(2);
    c.dispose();
    expect(() => f(tensor([1, 2]))).toThrow("it was disposed");
  });
  it("a function in a function becomes part of it", () => {
    const inner = func((x: Tensor) => square(x));
    const outer = func((x: Tensor) => add(inner(x), inner(x)));
    expect(list(outer(tensor([3])))).toEqual([18]);
    expect([inner.traces, outer.traces]).toEqual([0, 1]);
  });
  it("an error in it leaves no trace behind, and the next call traces again", () => {
    let fail = true;
    const f = func((x: Tensor) => {
      if (fail) throw new Error("mine");
      return square(x);
    });
    expect(() => withName("a", () => f(tensor([2])))).toThrow("mine");
    expect(isTracing()).toBe(false);
    fail = false;
    expect(list(f(tensor([2])))).toEqual([4]);
  });
  it("prepare compiles without running", async () => {
    const v = variable([1]);
    const f = func((x: Tensor) => void v.assign(add(v, x)));
    await f.prepare(tensor([1]));
    expect([f.traces, list(v.value)]).toEqual([1, [1]]);
  });
  it("reports traces and runs", () => {
    const events = record();
    const f = func((x: Tensor) => square(x), { name: "step" });
    f(tensor([1]));
    f(tensor([2]));
    f(tensor([1, 2]));
    expect(events.filter((e) => e.kind === "trace").map((e) => [e.name, e.count])).toEqual([
      ["step", 1],
      ["step", 2],
    ]);
    expect(events.filter((e) => e.kind === "run").length).toBe(3);
    expect(events.filter((e) => e.kind === "dispatch")).toEqual([]);
  });
});

describe("what a traced function may not do", () => {
  it("read numbers", async () => {
    const f = func(function step(x: Tensor) {
      return add(x, (square(x).dataSync()[0] as number) + 1);
    });
    expect(() => f(tensor([1, 2]))).toThrow(TraceError);
    expect(() => f(tensor([1, 2]))).toThrow(
      "dataSync: a tensor of step has no numbers while it is traced. Got f32[2]. Return it and read the result.",
    );
    let pending: Promise<unknown> = Promise.resolve();
    const g = func(
      (x: Tensor) => {
        pending = x.data();
        pending.catch(() => {});
        return x;
      },
      { name: "g" },
    );
    g(tensor([1]));
    await expect(pending).rejects.toThrow("data: a tensor of g has no numbers while it is traced.");
  });
  it("be asynchronous", () => {
    const f = func(async (x: Tensor) => square(x), { name: "late" });
    expect(() => f(tensor([1]))).toThrow(
      "late: the function returned a promise, but late takes a synchronous function. Await before or after it.",
    );
  });
  it("let a tensor escape into another function", () => {
    let escaped: Tensor | undefined;
    func((x: Tensor) => (escaped = square(x)))(tensor([1]));
    expect(() => func((x: Tensor) => add(x, escaped!), { name: "thief" })(tensor([1]))).toThrow(
      "thief: a tensor of another function, traced before, was used. Got f32[1]. Return it from there instead of keeping it.",
    );
    expect(() => add(escaped!, 1)).toThrow(TraceError);
  });
  it("make variables, unless the trace is suspended", () => {
    let v: ReturnType<typeof variable> | undefined;
    const f = func((x: Tensor) => {
      v ??= suspendTrace(() => variable(ones([2])));
      return add(x, v);
    });
    expect(list(f(tensor([1, 2])))).toEqual([2, 3]);
    v!.assign(tensor([5, 5]));
    expect(list(f(tensor([1, 2])))).toEqual([6, 7]);
    expect(() => func((x: Tensor) => variable(x).value)(tensor([1]))).toThrow(TraceError);
  });
});

describe("input signatures", () => {
  const signature = [
    { shape: ["batch", 3], dtype: "float32" },
    { shape: ["batch"], dtype: "float32" },
  ] as const;
  it("one trace serves every batch size", () => {
    const f = func((x: Tensor, y: Tensor) => add(sum(x, { axis: 1 }), y), { inputSignature: signature });
    for (const n of [2, 5, 1, 0, 64]) expect(list(f(ones([n, 3]), ones([n])))).toEqual(Array(n).fill(4));
    expect(f.traces).toBe(1);
  });
  it("null sizes are unknown each by itself", () => {
    const f = func((x: Tensor, y: Tensor) => add(sum(x), sum(y)), {
      inputSignature: [
        { shape: [null], dtype: "float32" },
        { shape: [null], dtype: "float32" },
      ],
    });
    expect(list(f(ones([2]), ones([5])))).toEqual([7]);
    expect(list(f(ones([4]), ones([1])))).toEqual([5]);
    expect(f.traces).toBe(1);
  });
  it("equal names must be equal sizes", () => {
    const f = func((x: Tensor, y: Tensor) => add(sum(x), sum(y)), { inputSignature: signature });
    expect(() => f(ones([2, 3]), ones([4]))).toThrow("does not fit");
  });
  it("refuses what does not fit", () => {
    const f = func((x: Tensor, y: Tensor) => add(x, y), { name: "f", inputSignature: signature });
    expect(() => f(ones([2, 4]), ones([2]))).toThrow("f: argument 0 does not fit its input signature. Got f32[batch, 3] and f32[2, 4].");
    expect(() => f(ones([2, 3]), ones([2], "int32"))).toThrow("f: argument 1 does not fit its input signature. Got f32[batch] and i32[2].");
    expect(() => (f as unknown as (x: Tensor) => Tensor)(ones([2, 3]))).toThrow(
      "f: the input signature describes 2 tensors, the call has 1.",
    );
  });
  it("specialises where an op needs a number, and says so once", () => {
    const events = record();
    const f = func((x: Tensor) => reshape(x, [x.shape[0]! * 3]), {
      name: "flat",
      inputSignature: [{ shape: [null, 3], dtype: "float32" }],
    });
    expect(f(ones([2, 3])).shape).toEqual([6]);
    expect(f(ones([4, 3])).shape).toEqual([12]);
    expect(f(ones([2, 3])).shape).toEqual([6]);
    const warnings = events.flatMap((e) => (e.kind === "warning" ? [e.message] : []));
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toMatch(/^flat is compiled once for each size: shape: needs a known size, got unknown\d+\.$/);
  });
  it("concat along an unknown axis adds sizes", () => {
    const f = func((x: Tensor) => concat([x, x, ones([1, 2])]), { inputSignature: [{ shape: ["n", 2], dtype: "float32" }] });
    expect([f(ones([2, 2])).shape, f(ones([3, 2])).shape]).toEqual([
      [5, 2],
      [7, 2],
    ]);
    expect(f.traces).toBe(1);
  });
});

describe("variables", () => {
  it("are read as they are now, and written", () => {
    const v = variable([1, 2]);
    const f = func((x: Tensor) => {
      v.assign(add(v, x));
      return mul(v, 10);
    });
    expect(list(f(tensor([1, 1])))).toEqual([20, 30]);
    expect(list(v.value)).toEqual([2, 3]);
    v.assign(tensor([0, 0]));
    expect(list(f(tensor([1, 1])))).toEqual([10, 10]);
    expect(f.traces).toBe(1);
  });
  it("assigned twice end at the last value, and reads in between see the first", () => {
    const v = variable([1]);
    const f = func((): Tensor => {
      v.assign(add(v, 1));
      const between = v.value;
      v.assign(mul(v, 10));
      return between;
    });
    expect([list(f()), list(v.value)]).toEqual([[2], [20]]);
  });
  it("keep the numbers of handles and of reads under way when a program takes their buffer", async () => {
    const v = variable([1, 2]);
    const f = func(() => void v.assign(add(v, 1)));
    const handle = v.value;
    const read = v.value.data();
    f();
    f();
    expect(list(handle)).toEqual([1, 2]);
    expect(Array.from((await read) as Float32Array)).toEqual([1, 2]);
    expect(list(v.value)).toEqual([3, 4]);
    handle.dispose();
    f();
    expect(list(v.value)).toEqual([4, 5]);
  });
  it("assigned to themselves keep their numbers", () => {
    const v = variable([1, 2]);
    const f = func(() => void v.assign(v.value));
    f();
    f();
    expect(list(v.value)).toEqual([1, 2]);
  });
  it("swap", () => {
    const [a, b] = [variable([1]), variable([2])];
    const swap = func(() => {
      const [x, y] = [a.value, b.value];
      a.assign(y);
      b.assign(x);
    });
    swap();
    expect([list(a.value), list(b.value)]).toEqual([[2], [1]]);
    swap();
    expect([list(a.value), list(b.value)]).toEqual([[1], [2]]);
  });
  it("assigned one value share it, and part again", () => {
    const [a, b] = [variable([1]), variable([2])];
    const f = func((x: Tensor) => {
      const y = square(x);
      a.assign(y);
      b.assign(y);
      return y;
    });
    const y = f(tensor([3]));
    const g = func(() => void a.assign(add(a, 1)));
    g();
    expect([list(a.value), list(b.value), list(y)]).toEqual([[10], [9], [9]]);
  });
  it("take an argument as their value without taking it away", () => {
    const v = variable([1]);
    const f = func((x: Tensor) => void v.assign(x));
    const x = tensor([7]);
    f(x);
    const g = func(() => void v.assign(add(v, 1)));
    g();
    expect([list(x), list(v.value)]).toEqual([[7], [8]]);
    x.dispose();
    expect(list(v.value)).toEqual([8]);
  });
  it("refuse another shape or dtype, by name", () => {
    const v = variable([1, 2], { name: "w" });
    expect(() => func((x: Tensor) => void v.assign(x))(ones([3]))).toThrow(
      'assign: the variable "w" keeps its shape. Got f32[2] and f32[3].',
    );
    expect(() => v.assign(cast(ones([2]), "int32"))).toThrow(
      'assign: the variable "w" keeps its dtype. Got f32[2] and i32[2]. Convert the value with cast().',
    );
  });
  it("disposed, are an error that names them", () => {
    const v = variable([1], { name: "w" });
    const f = func((x: Tensor) => add(x, v));
    f(tensor([1]));
    v.dispose();
    expect(() => v.value).toThrow('value: the variable "w" was disposed.');
    expect(() => f(tensor([1]))).toThrow('the variable "w" was disposed');
  });
});
