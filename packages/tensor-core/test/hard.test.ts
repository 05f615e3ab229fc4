/** The paragraphs the signatures stand on: unknown sizes, submission without waiting, hidden outputs, regions as single nodes. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  add,
  avgPool,
  BackendError,
  conv2d,
  func,
  matMul,
  maxPool,
  mul,
  onEvent,
  ones,
  order,
  recording,
  relu,
  reshape,
  scan,
  setBackend,
  softmax,
  square,
  sum,
  type TapeEntry,
  Tensor,
  tensor,
  transpose,
  variable,
  zeros,
} from "../src/index.ts";
import { gradients } from "../src/testing/index.ts";
import { createSpy, type Spy } from "./helpers/spy.ts";

let spy: Spy;
beforeEach(async () => {
  spy = createSpy();
  await setBackend(spy);
});
const read = async (t: Tensor): Promise<number[]> => Array.from((await t.data()) as Float32Array);

describe("unknown sizes", () => {
  it("a small network: one program for every batch", async () => {
    const [w, k] = [variable(ones([4, 3])), variable(ones([2, 2, 1, 1]))];
    const f = func(
      (x: Tensor) => {
        const images = relu(conv2d(x, k, { padding: "same" }));
        const pooled = add(maxPool(images, 2), avgPool(images, 2));
        return softmax(matMul(reshape(pooled, [x.dims[0]!, 4]), w));
      },
      { inputSignature: [{ shape: ["batch", 4, 4, 1], dtype: "float32" }] },
    );
    for (const n of [2, 5, 1]) expect(await read(sum(f(ones([n, 4, 4, 1]))))).toEqual([n]);
    expect(f.traces).toBe(1);
    expect(
      spy.compiled.filter((g) => g.inputs.some((v) => v.spec.shape.includes(f.graph(ones([2, 4, 4, 1])).inputs[0]!.spec.shape[0]!))).length,
    ).toBe(1);
  });
  it("its gradient, too", async () => {
    const f = func((x: Tensor, w: Tensor) => gradients((v) => softmax(matMul(x, v!)), [w], [0])[0]!, {
      inputSignature: [
        { shape: ["batch", 4], dtype: "float32" },
        { shape: [4, 3], dtype: "float32" },
      ],
    });
    for (const n of [2, 5, 1]) expect(f(ones([n, 4]), ones([4, 3])).shape).toEqual([4, 3]);
    expect(f.traces).toBe(1);
  });
  it("shape throws a typed error, dims does not", () => {
    let [dims, message] = ["", ""];
    func(
      (x: Tensor) => {
        dims = x.dims.map((d) => (typeof d === "number" ? d : `${d.factor}*${d.name}+${d.offset}`)).join();
        try {
          x.shape;
        } catch (e) {
          message = (e as Error).message;
        }
        return reshape(x, [-1]);
      },
      { inputSignature: [{ shape: ["batch", 3], dtype: "float32" }] },
    )(ones([2, 3]));
    expect([dims, message]).toEqual(["1*batch+0,3", "shape: needs a known size, got batch."]);
  });
  it("attention's head split and merge keep the batch", () => {
    const f = func(
      (x: Tensor) => {
        const [b, t] = x.dims as [number, number];
        const heads = transpose(reshape(x, [b, t, 2, 3]), [0, 2, 1, 3]);
        const scores = softmax(matMul(heads, heads, { transposeB: true }));
        return reshape(transpose(matMul(scores, heads), [0, 2, 1, 3]), [b, t, 6]);
      },
      { inputSignature: [{ shape: ["batch", "time", 6], dtype: "float32" }] },
    );
    expect([f(ones([2, 4, 6])).shape, f(ones([3, 5, 6])).shape]).toEqual([
      [2, 4, 6],
      [3, 5, 6],
    ]);
    expect(f.traces).toBe(1);
  });
});

describe("submission", () => {
  it("ops, functions and steps give handles at once; only reading waits", async () => {
    const v = variable([1, 2]);
    const step = func((x: Tensor) => {
      v.assign(add(v, x));
      return square(v);
    });
    let y = ones([2]);
    for (let i = 0; i < 3; i++) y = step(mul(y, 0.5));
    expect(spy.reads).toBe(0);
    expect(y).toBeInstanceOf(Tensor);
    expect((await read(y)).length).toBe(2);
    expect(spy.reads).toBe(1);
  });
  it("reading synchronously is a typed error that says what to do", () => {
    expect(() => ones([2]).dataSync()).toThrow(BackendError);
    expect(() => ones([2]).dataSync()).toThrow("dataSync: spy reads asynchronously. Use `await tensor.data()`.");
    expect(`${ones([2])}`).toBe("Tensor(float32[2])");
  });
  it("a read under way keeps its numbers though a step runs meanwhile", async () => {
    const v = variable([1, 2]);
    const step = func(() => void v.assign(add(v, 1)));
    const before = v.value;
    const pending = read(before);
    before.dispose();
    step();
    step();
    expect(await pending).toEqual([1, 2]);
    expect(await read(v.value)).toEqual([3, 4]);
  });
  it("a variable's buffer is given up only where nobody else holds it", () => {
    const v = variable([1, 2]);
    const step = func((x: Tensor) => void v.assign(add(v, x)));
    const x = ones([2]);
    step(x);
    expect(spy.runs.at(-1)!.donate).toEqual([false, true]);
    const handle = v.value;
    step(x);
    expect(spy.runs.at(-1)!.donate).toEqual([false, false]);
    handle.dispose();
    step(x);
    expect(spy.runs.at(-1)!.donate).toEqual([false, true]);
  });
  it("a variable that is only read is never given up", () => {
    const v = variable([1, 2]);
    func((x: Tensor) => add(v, x))(ones([2]));
    expect(spy.runs.at(-1)!.donate).toEqual([false, false]);
  });
  it("a changing number compiles nothing", () => {
    const x = ones([2]);
    mul(x, 0.1);
    const before = spy.compiled.length;
    for (let i = 0; i < 5; i++) mul(x, i);
    expect(spy.compiled.length).toBe(before);
  });
  it("an eager op arrives as a graph of one node", () => {
    softmax(ones([2, 3]));
    expect(order(spy.compiled.at(-1)!.outputs).map((n) => n.op.name)).toEqual(["softmax"]);
  });
});

describe("hidden outputs", () => {
  const outputs = (fn: () => unknown): number => {
    fn();
    return spy.compiled.filter((g) => g.outputs[0]!.node?.op.name === "maxPool").at(-1)!.outputs.length;
  };
  const x = (): Tensor => tensor([1, 5, 2, 8], [1, 2, 2, 1]);
  it("maxPool's positions are computed only where a tape listens", async () => {
    expect(outputs(() => maxPool(x(), 2))).toBe(1);
    const entries: TapeEntry[] = [];
    expect(outputs(() => recording(entries, () => maxPool(x(), 2)))).toBe(2);
    expect(entries[0]!.outputs.map((t) => t.dtype)).toEqual(["float32", "int32"]);
    expect(await read(entries[0]!.outputs[1]!)).toEqual([3]);
  });
  it("a compiled function without a tape does not give them out", () => {
    const f = func((v: Tensor) => maxPool(v, 2));
    expect(f.graph(x()).outputs.length).toBe(1);
  });
  it("scan's residuals likewise", () => {
    const last = (): number => spy.compiled.filter((g) => g.outputs[0]!.node?.op.name === "scan").at(-1)!.outputs.length;
    const run = (): unknown => scan((c: Tensor, v: Tensor) => [mul(c, square(v)), []] as const, ones([]), ones([3]));
    run();
    expect(last()).toBe(1);
    recording([], run);
    expect(last()).toBeGreaterThan(1);
  });
});

describe("events", () => {
  it("tell of compiling, dispatching, running and reading, and stop when told to", async () => {
    const kinds: string[] = [];
    const stop = onEvent((e) => void kinds.push(e.kind));
    const t = square(zeros([7, 3]));
    await t.data();
    func((v: Tensor) => mul(v, 2))(t);
    stop();
    const before = kinds.length;
    square(t);
    expect(kinds.length).toBe(before);
    expect(new Set(kinds)).toEqual(new Set(["compile", "dispatch", "read", "trace", "run"]));
    expect(kinds.filter((k) => k === "read").length).toBe(1);
  });
});
