/** Eager execution: programs are found again, failures change nothing, and what a variable is read as can be replaced. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  add,
  cast,
  cond,
  context,
  fill,
  func,
  gather,
  IndexError,
  mul,
  ones,
  pad,
  scan,
  setBackend,
  type Tensor,
  tensor,
  variable,
  within,
  zeros,
} from "../src/index.ts";
import { createSpy, type Spy } from "./helpers/spy.ts";

let spy: Spy;
beforeEach(async () => {
  spy = createSpy();
  await setBackend(spy);
});
const read = async (t: Tensor): Promise<number[]> => Array.from((await t.data()) as Float32Array);
const compiles = (fn: () => unknown): number => {
  const before = spy.compiled.length;
  fn();
  return spy.compiled.length - before;
};

describe("the cache of programs", () => {
  it("knows an op by its inputs' specs and its attrs", () => {
    const x = ones([2, 3]);
    expect(
      compiles(() =>
        pad(
          x,
          [
            [1, 0],
            [0, 0],
          ],
          2,
        ),
      ),
    ).toBe(1);
    expect(
      compiles(() =>
        pad(
          mul(x, 2),
          [
            [1, 0],
            [0, 0],
          ],
          2,
        ),
      ),
    ).toBe(1); // only `mul`
    expect(
      compiles(() =>
        pad(
          x,
          [
            [1, 0],
            [0, 0],
          ],
          2,
        ),
      ),
    ).toBe(0);
    expect(
      compiles(() =>
        pad(
          x,
          [
            [0, 1],
            [0, 0],
          ],
          2,
        ),
      ),
    ).toBe(1);
    expect(
      compiles(() =>
        pad(
          x,
          [
            [1, 0],
            [0, 0],
          ],
          3,
        ),
      ),
    ).toBe(1);
  });
  it("keeps 0 and −0, NaN and numbers apart", async () => {
    const inverse = async (value: number): Promise<number> => 1 / (await read(fill([1], value)))[0]!;
    expect([await inverse(0), await inverse(-0), await inverse(0)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(await read(fill([1], Number.NaN))).toEqual([Number.NaN]);
    expect(await read(fill([1], 1))).toEqual([1]);
  });
  it("finds control flow again when it is called again", () => {
    const x = ones([3]);
    const run = (): unknown => scan((c: Tensor, v: Tensor) => [add(c, v), []] as const, zeros([]), x);
    run();
    expect(compiles(run)).toBe(0);
    const choose = (): unknown =>
      cond(
        tensor(true),
        () => add(x, 1),
        () => x,
      );
    choose();
    expect(compiles(choose)).toBe(0);
  });
});

describe("failures", () => {
  it("leave variables as they were", async () => {
    const v = variable([1, 2]);
    const step = func((i: Tensor) => {
      v.assign(add(v, 1));
      return gather(v, i);
    });
    expect(await read(step(tensor([1], [1], "int32")))).toEqual([3]);
    await expect(async () => read(step(tensor([5], [1], "int32")))).rejects.toThrow(IndexError);
    expect(await read(v.value)).toEqual([2, 3]);
    expect(await read(step(tensor([0], [1], "int32")))).toEqual([3]);
  });
});

describe("the hook on reading variables", () => {
  it("stands between a variable and every op, but not its storage", async () => {
    const v = variable([1.5]);
    const half = (fn: () => Tensor): Tensor => within("test", { readHook: (_, value) => cast(value, "int32") }, fn);
    expect(half(() => mul(v, 2)).dtype).toBe("int32");
    expect(half(() => v.read()).dtype).toBe("float32");
    expect(mul(v, 2).dtype).toBe("float32");
    expect(context.readHook).toBeUndefined();
  });
});
