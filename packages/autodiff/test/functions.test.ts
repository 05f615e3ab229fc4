/** Gradients of functions, gradients of one's own, and the numeric checker. */
import { add, func, mul, ones, square, sub, sum, type Tensor, tanh, tensor, variable } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { checkGradient } from "../src/check.ts";
import { customGradient, grad, recomputeGrad, valueAndGrad, variableGrads } from "../src/index.ts";

const list = (t: Tensor): number[] => Array.from(t.dataSync() as Float32Array);

describe("grad", () => {
  it("of one argument is its gradient, of several theirs", () => {
    expect(list(grad((x: Tensor) => mul(x, x))(tensor([1, 2])))).toEqual([2, 4]);
    const [dx, dy] = grad((x: Tensor, y: Tensor) => mul(square(x), y))(tensor([2]), tensor([3]));
    expect([list(dx), list(dy)]).toEqual([[12], [4]]);
  });
  it("takes trees", () => {
    const g = grad((p: { w: Tensor; b: readonly [Tensor] }) => add(square(p.w), mul(p.b[0], 3)))({ w: tensor([2]), b: [tensor([5])] });
    expect([list(g.w), list(g.b[0])]).toEqual([[4], [3]]);
  });
  it("of a tensor given twice is each place's own", () => {
    const x = tensor([5]);
    const [dx, dy] = grad((a: Tensor, b: Tensor) => mul(square(a), b))(x, x);
    expect([list(dx), list(dy)]).toEqual([[50], [25]]);
  });
  it("is zero for an argument that is not used", () => {
    expect(list(grad((x: Tensor, _y: Tensor) => x)(tensor([1]), tensor([2, 3]))[1])).toEqual([0, 0]);
  });
  it("nests, eager and compiled", () => {
    const third = grad((x: Tensor) => sum(grad((y: Tensor) => sum(grad((z: Tensor) => mul(square(z), square(z)))(y)))(x)));
    expect(list(third(tensor([2])))).toEqual([48]);
    expect(list(func(third)(tensor([2])))).toEqual([48]);
  });
  it("refuses integers, and results that are no tensor", () => {
    expect(() => grad((x: Tensor) => x)(ones([2], "int32"))).toThrow("only floats have gradients");
    expect(() => grad(((x: Tensor) => [x]) as never)(tensor([1]) as never)).toThrow("valueAndGrad: the function must return one tensor.");
  });
  it("comes with the value, and for variables", () => {
    const { value, grads } = valueAndGrad((x: Tensor) => sum(square(x)))(tensor([1, 2]));
    expect([list(value), list(grads)]).toEqual([[5], [2, 4]]);
    const [w, unused] = [variable([1, 2]), variable([7])];
    const found = variableGrads(() => sum(square(w)));
    expect([[...found.grads.keys()], list(found.grads.get(w)!)]).toEqual([[w], [2, 4]]);
    expect(list(variableGrads(() => sum(square(w)), [unused]).grads.get(unused)!)).toEqual([0]);
  });
});

describe("customGradient", () => {
  const clipped = customGradient((x: Tensor) => ({ value: square(x), gradient: (dy) => mul(dy, mul(x, 10)) }));
  it("replaces the gradient, eager and compiled", () => {
    expect([list(clipped(tensor([3]))), list(grad(clipped)(tensor([3])))]).toEqual([[9], [30]]);
    expect(list(func((x: Tensor) => grad(clipped)(x))(tensor([3])))).toEqual([30]);
  });
  it("is differentiated in its turn", () => {
    expect(list(grad((x: Tensor) => sum(grad(clipped)(x)))(tensor([3])))).toEqual([10]);
  });
  it("takes several inputs, and none for one of them", () => {
    const f = customGradient((x: Tensor, y: Tensor) => ({ value: mul(x, y), gradient: (dy) => [mul(dy, y), null] }));
    expect(grad((x: Tensor, y: Tensor) => f(x, y))(tensor([2]), tensor([3])).map(list)).toEqual([[3], [0]]);
  });
  it("refuses wrong counts and shapes, and what is closed over", () => {
    const short = customGradient((x: Tensor, y: Tensor) => ({ value: add(x, y), gradient: (dy) => [dy] }));
    expect(() => grad((x: Tensor) => short(x, x))(tensor([1]))).toThrow(
      "customGradient: its gradient function gave 1 gradients for 2 inputs.",
    );
    const wide = customGradient((x: Tensor) => ({ value: x, gradient: () => ones([2]) }));
    expect(() => grad(wide)(tensor([1]))).toThrow("customGradient: the gradient of input 0 has another shape. Got f32[1] and f32[2].");
    const w = tensor([2]);
    const closing = customGradient((x: Tensor) => ({ value: mul(x, w), gradient: (dy) => dy }));
    expect(() => closing(tensor([1]))).toThrow("customGradient: closes over tensors or variables. Pass them as arguments.");
  });
});

describe("recomputeGrad", () => {
  const f = (x: Tensor, w: Tensor): Tensor => tanh(mul(square(x), w));
  const [x, w] = [tensor([0.5, -1]), tensor([2, 0.25])];
  it("changes neither values nor gradients, first and second", () => {
    const again = recomputeGrad(f);
    const second = (g: typeof f): number[][] => grad((a: Tensor, b: Tensor) => sum(grad(g)(a, b)[0]))(x, w).map(list);
    expect(list(again(x, w))).toEqual(list(f(x, w)));
    expect(grad(again)(x, w).map(list)).toEqual(grad(f)(x, w).map(list));
    expect(second(again)).toEqual(second(f));
  });
  it("keeps apart one tensor given twice", () => {
    const both = (g: (a: Tensor, b: Tensor) => Tensor): number[] => list(grad((v: Tensor) => g(v, v))(x));
    expect(both(recomputeGrad((a: Tensor, b: Tensor) => mul(square(a), b)))).toEqual(both((a, b) => mul(square(a), b)));
  });
});

describe("checkGradient", () => {
  it("finds a right gradient right", async () => {
    const { difference } = await checkGradient(
      (a, b) => mul(square(a), sub(b, a)),
      [tensor([1, 2], [2], "float64"), tensor([3, 5], [2], "float64")],
    );
    expect(difference).toBeLessThan(1e-5);
  });
  it("and a wrong one wrong, and where", async () => {
    const wrong = customGradient((v: Tensor) => ({ value: square(v), gradient: (dy) => mul(dy, tensor([2, 99])) }));
    const { difference, worst } = await checkGradient(wrong, [tensor([1, 2])]);
    expect(difference).toBeCloseTo(95, 1);
    expect([worst!.input, worst!.element, worst!.tape]).toEqual([0, 1, 99]);
  });
});
