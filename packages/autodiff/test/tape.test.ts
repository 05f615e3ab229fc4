/** GradientTape: what it records, what it refuses, and what it gives. */
import {
  add,
  cast,
  func,
  GradientError,
  gather,
  IndexedSlices,
  mul,
  ones,
  recording,
  square,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  variable,
} from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { GradientTape } from "../src/index.ts";

const list = (t: Tensor): number[] => Array.from(t.dataSync() as Float32Array);

describe("what it records", () => {
  it("what depends on a watched tensor", () => {
    const [x, c] = [tensor([1, 2]), tensor([3, 4])];
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return mul(square(x), c);
    });
    expect(list(tape.gradient(y, x))).toEqual([6, 16]);
  });
  it("nothing of a tensor nobody watches", () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape();
    const y = tape.run(() => square(x));
    expect(tape.gradient(y, x)).toBeNull();
  });
  it("trainable variables by itself, others when they are watched", () => {
    const [v, fixed] = [variable([2]), variable([3], { trainable: false })];
    const run = (...watched: (typeof v)[]): unknown[] => {
      const tape = new GradientTape();
      const y = tape.run(() => {
        tape.watch(...watched);
        return mul(v, fixed);
      });
      return tape.gradient(y, [v, fixed]).map((g) => g && list(g));
    };
    expect(run()).toEqual([[3], null]);
    expect(run(fixed)).toEqual([[3], [2]]);
  });
  it("only what is watched, if told so", () => {
    const v = variable([2]);
    const tape = new GradientTape({ watchAccessedVariables: false });
    const y = tape.run(() => square(v));
    expect([tape.gradient(y, v), tape.watchedVariables()]).toEqual([null, []]);
  });
  it("every reading of a variable: the gradients add up", () => {
    const v = variable([3]);
    const tape = new GradientTape();
    const y = tape.run(() => mul(v.value, v.value));
    expect(list(tape.gradient(y, v))).toEqual([6]);
    expect(tape.watchedVariables()).toEqual([v]);
  });
  it("readings before and after an assignment are of one variable", () => {
    const v = variable([3]);
    const tape = new GradientTape();
    const y = tape.run(() => {
      const before = square(v);
      v.assign(tensor([5]));
      return add(before, square(v));
    });
    expect(list(tape.gradient(y, v))).toEqual([16]);
  });
  it("nothing inside stopRecording, nor behind stopGradient", () => {
    const x = tensor([2]);
    const tape = new GradientTape({ persistent: true });
    const [y, z, w] = tape.run(() => {
      tape.watch(x);
      return [square(x), tape.stopRecording(() => square(x)), mul(x, stopGradient(x))] as const;
    });
    expect([list(tape.gradient(y, x)), tape.gradient(z, x), list(tape.gradient(w, x))]).toEqual([[4], null, [2]]);
  });
  it("over several runs, and nothing after reset", () => {
    const x = tensor([2]);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = tape.run(() => square(x));
    const z = tape.run(() => square(y));
    expect(list(tape.gradient(z, x))).toEqual([32]);
    tape.reset();
    expect(tape.gradient(z, x)).toBeNull();
  });
});

describe("gradient", () => {
  const recorded = (persistent = false): { tape: GradientTape; x: Tensor; y: Tensor } => {
    const x = tensor([1, 2]);
    const tape = new GradientTape({ persistent });
    const y = tape.run(() => {
      tape.watch(x);
      return square(x);
    });
    return { tape, x, y };
  };
  it("is given once, or often by a persistent tape", () => {
    const once = recorded();
    once.tape.gradient(once.y, once.x);
    expect(() => once.tape.gradient(once.y, once.x)).toThrow(
      "gradient: this tape has given its gradient and forgot what it recorded. Make it with { persistent: true } to ask again.",
    );
    const often = recorded(true);
    expect([list(often.tape.gradient(often.y, often.x)), list(often.tape.gradient(often.y, often.x))]).toEqual([
      [2, 4],
      [2, 4],
    ]);
  });
  it("starts from the gradient of what follows, if given", () => {
    const { tape, x, y } = recorded();
    expect(list(tape.gradient(y, x, { outputGradients: tensor([10, 100]) }))).toEqual([20, 400]);
  });
  it("of several targets is that of their sum", () => {
    const x = tensor([1, 2]);
    const tape = new GradientTape();
    const ys = tape.run(() => {
      tape.watch(x);
      return { a: square(x), b: [mul(x, 3)] };
    });
    expect(list(tape.gradient(ys, x))).toEqual([5, 7]);
  });
  it("where nothing connects is null, or zeros", () => {
    const other = variable([1, 2, 3]);
    const a = recorded();
    expect(a.tape.gradient(a.y, [a.x, other])[1]).toBeNull();
    const b = recorded();
    expect(list(b.tape.gradient(b.y, other, { unconnectedGradients: "zero" }))).toEqual([0, 0, 0]);
  });
  it("has the structure of the sources", () => {
    const [a, b, c] = [tensor([1]), tensor([2]), variable([3])];
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(a, [b]);
      return mul(mul(a, b), c);
    });
    const g = tape.gradient(y, { first: a, rest: [b, { c }] as const });
    expect([list(g.first), list(g.rest[0]), list(g.rest[1].c)]).toEqual([[6], [3], [2]]);
  });
  it("of a gather is IndexedSlices only where that is asked for", () => {
    const table = variable([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const tape = new GradientTape({ persistent: true });
    const y = tape.run(() => gather(table, tensor([2, 0, 2], [3], "int32")));
    const sparse = tape.gradients(y, [table]) as [IndexedSlices];
    expect(sparse[0]).toBeInstanceOf(IndexedSlices);
    expect([list(sparse[0].indices), sparse[0].denseShape]).toEqual([
      [2, 0, 2],
      [3, 2],
    ]);
    expect(list(tape.gradient(y, table))).toEqual([1, 1, 0, 0, 2, 2]);
  });
  it("refuses integers, other things and recording twice", () => {
    const tape = new GradientTape();
    expect(() => tape.watch(ones([2], "int32"))).toThrow("watch: only floats have gradients, this is int32. Got i32[2].");
    expect(() => tape.run(() => tape.run(() => 1))).toThrow("this tape is recording already");
    expect(() => tape.gradient(3, ones([1]))).toThrow("gradient: the target holds no tensor.");
    const { tape: other, y } = recorded();
    expect(() => other.gradient(y, "x")).toThrow(GradientError);
    expect(() => tape.run(async () => 1)).toThrow("the function returned a promise");
  });
  it("passes integers by without a word", () => {
    const x = tensor([1.5, 2.5]);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return mul(x, cast(cast(x, "int32"), "float32"));
    });
    expect(list(tape.gradient(y, x))).toEqual([1, 2]);
  });
});

describe("tapes in tapes", () => {
  it("give second gradients", () => {
    const x = tensor([2, 3]);
    const outer = new GradientTape();
    const dx = outer.run(() => {
      outer.watch(x);
      const inner = new GradientTape();
      const y = inner.run(() => {
        inner.watch(x);
        return mul(x, square(x));
      });
      return inner.gradient(y, x);
    });
    expect([list(dx), list(outer.gradient(dx, x))]).toEqual([
      [12, 27],
      [12, 18],
    ]);
  });
  it("work in compiled functions, and around them", () => {
    const v = variable([2]);
    const step = func((x: Tensor) => {
      const tape = new GradientTape();
      const y = tape.run(() => sum(mul(square(v), x)));
      return tape.gradient(y, v);
    });
    expect([list(step(tensor([3]))), list(step(tensor([4]))), step.traces]).toEqual([[12], [16], 1]);
    const f = func((x: Tensor) => square(x));
    const x = tensor([5]);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return f(x);
    });
    expect(list(tape.gradient(y, x))).toEqual([10]);
  });
  it("leave plain recorders alone", () => {
    const entries: never[] = [];
    const tape = new GradientTape();
    recording(entries, () => tape.run(() => square(ones([1]))));
    expect(entries.length).toBeGreaterThan(0);
  });
});
