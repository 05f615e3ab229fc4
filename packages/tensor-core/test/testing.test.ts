/** The test tools themselves: they find planted bugs, skip what they are told to, count, and read only asynchronously. */
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  apply,
  cast,
  clipByValue,
  createReferenceBackend,
  dispatch,
  greater,
  keep,
  log,
  makeSpec,
  mul,
  neg,
  type Op,
  referenceBackend,
  reverse,
  square,
  stopGradient,
  sub,
  type Tensor,
  tanh,
  where,
} from "../src/index.ts";
import * as s from "../src/scalar.ts";
import { allowance, difference, epsilon, exact, fuzz, gradcheck, opCases, testBackend } from "../src/testing/index.ts";
import { createForgetful, createNoisy } from "./helpers/broken.ts";
import { createSpy } from "./helpers/spy.ts";

const rows = (...ops: string[]): typeof opCases => opCases.filter((r) => ops.includes(r.op));

describe("testBackend", () => {
  it("finds a planted bug, in values, compiled and gradients, and names it", async () => {
    const report = await testBackend(createForgetful(), { cases: rows("reverse"), errors: [] }).run();
    const names = report.failed.map((f) => f.name);
    expect(names).toContain("reverse, one axis, float32: values");
    expect(names).toContain("reverse, one axis, float32: compiled");
    expect(names).toContain("reverse, one axis, float32: gradient");
    expect(names).toContain("reverse, the batch, float64: unknown first axis");
    expect(String(report.failed[0]!.error)).toMatch(
      /eager: element \d+ of float32\[3, 4\] is .*, expected .*: off by .*, allowed 0 \(k = 0: nothing is rounded\)/,
    );
  });
  it("leaves out what it is told to, with the reason, and says how many ran", async () => {
    const suite = testBackend(createForgetful(), {
      cases: rows("reverse", "identity"),
      errors: [],
      skip: [
        { op: "reverse", reason: "it forgets" },
        { op: "identity", dtype: "int8", reason: "no bytes" },
        { op: "identity", name: "matrix", reason: "no matrices" },
      ],
    });
    const report = await suite.run();
    expect(report.failed).toEqual([]);
    expect(report.skipped.every((x) => x.reason.startsWith("it forgets") || x.reason.startsWith("no "))).toBe(true);
    expect(report.skipped.filter((x) => x.reason === "no bytes").length).toBe(3);
    expect(report.ran + report.skipped.length).toBe(suite.tests.length);
    expect(report.summary).toBe(`forgetful: ${report.ran} cases ran, 0 failed, ${report.skipped.length} skipped`);
    expect(suite.summary).toBe(`forgetful: ${report.ran} cases of 1 ops, ${report.skipped.length} skipped`);
  });
  it("asks only for dtypes the backend has", () => {
    const few = Object.assign(createReferenceBackend("few"), {
      capabilities: { dtypes: new Set(["float32", "int32", "bool"] as const), synchronousReads: true },
    });
    const names = testBackend(few).tests.map((t) => t.name);
    expect(names.some((n) => n.includes("float32"))).toBe(true);
    expect(names.filter((n) => /float64:|int8:|int64:|uint32:/.test(n))).toEqual([]);
  });
  it("needs no synchronous reads", async () => {
    const spy = createSpy();
    const report = await testBackend(spy, { cases: opCases.filter((r, i) => i % 11 === 0 && r.op !== "scan"), errors: [] }).run();
    expect(report.failed.filter((f) => String(f.error).includes("asynchronously"))).toEqual([]);
    expect(report.ran).toBeGreaterThan(300);
    expect(spy.reads).toBeGreaterThan(report.ran);
  }, 60_000);
  it("lets a backend pass that rounds otherwise, within what the table allows", async () => {
    const { failed } = await testBackend(createNoisy(), { cases: opCases.filter((_, i) => i % 9 === 0), errors: [] }).run();
    const own = new Set(
      (await testBackend(createReferenceBackend(), { cases: opCases.filter((_, i) => i % 9 === 0), errors: [] }).run()).failed.map(
        (f) => f.name,
      ),
    );
    expect(failed.filter((f) => !own.has(f.name)).map((f) => `${f.name}: ${String(f.error)}`)).toEqual([]);
  }, 60_000);
  it("registers its cases with a runner, grouped by op, and the count last", () => {
    const log: string[] = [];
    testBackend(referenceBackend(), {
      cases: rows("logicalNot"),
      errors: [],
      it: (name) => log.push(name),
      describe: (name, body) => {
        log.push(`[${name}]`);
        body();
      },
    });
    expect(log[0]).toBe("[logicalNot]");
    expect(log[1]).toBe("logicalNot, odd size, bool: values");
    expect(log.at(-1)).toBe("reference: 5 cases of 1 ops, 0 skipped");
  });
  it("finds tensors left over", async () => {
    const leaky = {
      ...rows("neg")[0]!,
      call: (x: Tensor) => {
        keep(stopGradient(x));
        return neg(x);
      },
    };
    const { failed } = await testBackend(createReferenceBackend(), { cases: [leaky], errors: [] }).run();
    expect(failed.map((f) => (f.error as Error).message)).toContain("eager: 1 tensors are left over");
  });
});

describe("gradcheck", () => {
  const x = (...data: number[]) => ({ shape: [data.length], data, dtype: "float64" as const });
  /** An op with a wrong or missing part in its gradient. */
  const wrong = (vjp: Op<undefined>["vjp"]): ((t: Tensor) => Tensor) => {
    const op: Op<undefined> = {
      name: "wrong",
      infer: ([t]) => [makeSpec(t!.shape, t!.dtype)],
      how: { kind: "map", body: ([e]) => [s.mul(e!, e!)] },
      ...(vjp && { vjp }),
    };
    return (t) => apply(op, [t], undefined);
  };
  it("passes what is right, first and second order", () => {
    gradcheck((a, b) => mul(tanh(a!), square(b!)), [x(0.5, -1), x(2, 0.25)]);
  });
  it("finds a wrong factor, however small", () => {
    const f = wrong(([dy], [t]) => [mul(dy!, mul(t!, 2.0001))]);
    expect(() => gradcheck((a) => f(a!), [x(0.5, -1)])).toThrow(/gradient: for input 0 along element 0 it is .*, differences give .*/);
  });
  it("finds a wrong second gradient under a right first one", () => {
    const f = wrong(([dy], [t]) => [mul(dy!, mul(stopGradient(t!), 2))]);
    gradcheck((a) => f(a!), [x(0.5, -1)], { second: false });
    expect(() => gradcheck((a) => f(a!), [x(0.5, -1)])).toThrow(/second gradient: for input 0/);
  });
  it("finds a missing gradient", () => {
    expect(() => gradcheck((a) => wrong(undefined)(a!), [x(0.5)])).toThrow(
      "wrong: has no gradient, and the target depends on it. Got f64[1]. Wrap its result in stopGradient() if that is meant.",
    );
  });
  it("finds one of the wrong shape", () => {
    const f = wrong(([dy]) => [first(dy!)]);
    expect(() => gradcheck((a) => f(a!), [x(0.5, 1)])).toThrow("gradient: of float64[2] it is float64[]");
  });
  it("says so where differences cannot work", () => {
    expect(() => gradcheck((a) => abs(sub(a!, 0.5)), [x(0.501)])).toThrow("is a kink or a pole near?");
    expect(() => gradcheck((a) => log(a!), [x(1e-3)])).toThrow();
  });
  it("checks large inputs along random directions", () => {
    const many = x(...Array.from({ length: 40 }, (_, i) => Math.sin(i)));
    gradcheck((a) => mul(a!, reverse(a!)), [many]);
    const f = wrong(([dy], [t]) => [mul(dy!, where(greater(t!, 0.99), mul(t!, 2.1), mul(t!, 2)))]);
    expect(() => gradcheck((a) => f(a!), [many])).toThrow(/along a random direction/);
  });
  it("leaves inputs that are no floats alone", () => {
    gradcheck((a, i) => mul(a!, cast(add(i!, 3), "float64")), [x(1, 2), { shape: [2], data: [1, -1], dtype: "int32" }]);
    expect(() => gradcheck((a) => clipByValue(a!, -1, 1), [x(0.5, 3)])).not.toThrow();
  });
});
/** The first element, as a scalar. */
const first = (t: Tensor): Tensor =>
  dispatch(
    { name: "first", infer: () => [makeSpec([], t.dtype)], how: { kind: "view", at: () => [{ input: 0, index: [s.int(0)] }] } },
    [t],
    undefined,
  )[0]!;

describe("tolerances", () => {
  const typed = (...data: number[]) => ({ shape: [data.length], data, dtype: "float32" as const });
  it("are k · ε · scale", () => {
    expect([epsilon("float32"), epsilon("float64"), epsilon("float16"), epsilon("bfloat16"), epsilon("int32")]).toEqual([
      2 ** -23,
      2 ** -52,
      2 ** -10,
      2 ** -7,
      0,
    ]);
    expect(allowance(2, "float32", 8)).toBeCloseTo(2 ** -19, 12);
    expect(difference(typed(1 + 2 ** -22), { shape: [1], data: [1] }, { k: 2, why: "" })).toBeUndefined();
    expect(difference(typed(1 + 2 ** -21), { shape: [1], data: [1] }, { k: 2, why: "because" })).toContain("(k = 2: because)");
    expect(difference(typed(1e-3), { shape: [1], data: [0], scale: [1e5] }, { k: 1, why: "" })).toBeUndefined();
  });
  it("take NaN and infinities only for themselves", () => {
    const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
    expect(difference(typed(nan, inf, -inf), { shape: [3], data: [nan, inf, -inf] }, exact)).toBeUndefined();
    for (const [got, want] of [
      [nan, 1],
      [1, nan],
      [inf, 1e30],
      [1e30, inf],
      [inf, -inf],
      [0, nan],
    ]) {
      expect(difference(typed(got!), { shape: [1], data: [want!] }, { k: 1e6, why: "" })).toBeDefined();
    }
    expect(difference(typed(inf), { shape: [1], data: [1e39] }, exact)).toBeUndefined();
  });
  it("see a wrong shape and a wrong count", () => {
    expect(difference(typed(1, 2), { shape: [1, 2], data: [1, 2] }, exact)).toBe("the shape is [2], expected [1, 2]");
  });
});

describe("the fuzzer", () => {
  it("finds a planted bug and makes the graph small", async () => {
    const { failures } = await fuzz({ backend: createForgetful(), seed: 0, count: 40, maxNodes: 15 });
    const values = failures.filter((f) => f.message.startsWith("forgetful"));
    expect(values.length).toBeGreaterThan(1);
    for (const f of values) {
      expect(f.text).toContain("reverse");
      expect(f.text).toMatch(/^seed \d+, batch \d+, \d+ steps shrunk to \d+: forgetful/);
    }
    expect(Math.min(...values.map((f) => f.recipe.steps.length))).toBe(1);
  }, 60_000);
  it("lets a backend pass that rounds otherwise", async () => {
    const { failures } = await fuzz({ backend: createNoisy(), seed: 700, count: 30 });
    expect(failures.filter((f) => f.first.startsWith("noisy")).map((f) => f.text)).toEqual([]);
  }, 60_000);
});
