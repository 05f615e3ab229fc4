/** Fuzzer steps with bodies of their own: cond, scan, repeat, whileLoop, one in another. */
import { add, any, cos, fill, less, max, mean, mod, mul, sin, sub, tanh, zeros } from "../../primitives.ts";
import { cond, repeat, scan, whileLoop } from "../../regions.ts";
import type { Tensor } from "../../tensor.ts";
import { choose, count, type Kind, planned, whole } from "./kinds.ts";

/** From a state and a scalar to the next state, of the same shape and within ±2. */
type Body = (state: Tensor, by: Tensor) => Tensor;
const plain: readonly Body[] = [
  (s, b) => tanh(add(s, b)),
  (s, b) => mul(sin(s), cos(b)),
  (s, b) => sub(tanh(mul(s, 0.5)), sin(b)),
  (s, b) => add(mul(tanh(s), b), 0.25),
];
/** Bodies that are control flow themselves. */
const nested: readonly Body[] = [
  (s, b) => repeat(2, (c: Tensor) => tanh(add(c, b)), s),
  (s, b) =>
    cond(
      less(b, 0),
      () => tanh(mul(s, b)),
      () => sin(s),
    ),
  (s, b) =>
    whileLoop(
      ([c, n]: readonly [Tensor, Tensor]) => less(n, 2),
      ([c, n]: readonly [Tensor, Tensor]) => [tanh(add(c, b)), add(n, 1)] as const,
      [s, zeros([], "int32")] as const,
      { maximumIterations: 3 },
    )[0],
];
const bodyOf = (r: number, nest: number): Body => (nest < 0.15 ? choose(r, nested) : choose(r, plain));
const bounded = (x: Tensor): Tensor => tanh(mean(x));

export const regionKinds: readonly Kind[] = [
  {
    name: "cond",
    takes: "bff",
    weight: 3,
    plan([, x, y], r) {
      if (!count(y!.sizes)) return null;
      const [yes, no] = [bodyOf(r[0]!, r[1]!), bodyOf(r[2]!, r[3]!)];
      return planned(2, ([c, a, b]) =>
        cond(
          any(c!),
          () => yes(a!, bounded(b!)),
          () => no(a!, bounded(b!)),
        ),
      );
    },
  },
  {
    name: "scan",
    takes: "ff",
    weight: 4,
    plan([x, y], r) {
      if (!x!.dims.length || !count(y!.sizes)) return null;
      const body = bodyOf(r[0]!, r[1]!);
      const slice = x!.dims.slice(1);
      // The carry, or the stacked results.
      const which = r[2]! < 0.5 ? 0 : 1;
      return planned(x!.mag + 2, ([a, b], { at, float }) => {
        const by = bounded(b!);
        const step = (c: Tensor, v: Tensor): readonly [Tensor, Tensor] => {
          const next = body(add(c, mul(v, 0.5)), by);
          return [next, sub(next, v)];
        };
        return scan(step, fill(at(slice), 0.5, float), a!, { reverse: r[3]! < 0.5 })[which];
      });
    },
  },
  {
    name: "repeat",
    takes: "ff",
    weight: 2,
    plan: ([x, y], r) =>
      !count(y!.sizes)
        ? null
        : planned(Math.max(2, x!.mag), ([a, b]) => {
            const by = bounded(b!);
            return repeat(whole(r[2]!, 0, 4), (c: Tensor) => bodyOf(r[0]!, r[1]!)(c, by), a!);
          }),
  },
  {
    name: "whileLoop",
    takes: "fi",
    weight: 2,
    plan([x, i], r) {
      if (!count(i!.sizes)) return null;
      const body = bodyOf(r[0]!, r[1]!);
      return planned(Math.max(2, x!.mag), ([a, n], { float }) => {
        // How many steps depends on data.
        const steps = mod(max(n!), 5);
        return whileLoop(
          ([, k]: readonly [Tensor, Tensor]) => less(k, steps),
          ([c, k]: readonly [Tensor, Tensor]) => [body(c, fill([], 0.5, float)), add(k, 1)] as const,
          [a!, zeros([], "int32")] as const,
          { maximumIterations: 6 },
        )[0];
      });
    },
  },
];
