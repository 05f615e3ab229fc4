/** Fuzzer steps that bring elements together: reductions, softmax, products, convolution and pooling. */
import { conv2d } from "../../ops/conv.ts";
import { matMul } from "../../ops/matmul.ts";
import { l2Normalize, logSoftmax, logSumExp, softmax, sparseSoftmaxCrossEntropyWithLogits, variance } from "../../ops/nn.ts";
import { avgPool, maxPool } from "../../ops/pool.ts";
import { add, all, any, argMax, argMin, cast, iota, max, mean, min, mod, mul, prod, sum, tanh } from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import { weights } from "../gradient.ts";
import { choose, count, isNumber, type Kind, planned, separated, small, type Val, whole } from "./kinds.ts";

/** Some axes, all, or none. */
const someAxes = (x: Val, r: readonly number[]): number[] => x.dims.flatMap((_, k) => (r[k % 4]! < 0.5 ? [k] : []));
const along = (x: Val, axes: readonly number[]): number => axes.reduce((n, k) => n * x.sizes[k]!, 1);

type Reduce = (x: Tensor, options: { axis: readonly number[]; keepDims: boolean }) => Tensor;
/** A reduction; `mag` gets the bound and how many elements meet, null where it does not suit. */
const reduction = (name: string, weight: number, f: Reduce, mag: (m: number, n: number) => number | null): Kind => ({
  name,
  takes: "f",
  weight,
  plan([x], r) {
    const axes = someAxes(x!, r);
    const bound = mag(x!.mag, along(x!, axes));
    return bound === null ? null : planned(bound, ([t]) => f(t!, { axis: axes, keepDims: r[4]! < 0.4 }));
  },
});
/** One axis to compare along, with elements there. */
const oneAxis = (x: Val, r: number): number | null => {
  const axes = x.dims.flatMap((_, k) => (x.sizes[k]! > 0 ? [k] : []));
  return axes.length ? choose(r, axes) : null;
};
const extreme = (name: string, f: Reduce): Kind => ({
  name,
  takes: "f",
  weight: 2,
  plan([x], r) {
    const k = oneAxis(x!, r[0]!);
    return k === null ? null : planned(36, ([t]) => f(separated(t!, k), { axis: [k], keepDims: r[1]! < 0.4 }));
  },
});
const argument = (name: string, f: (x: Tensor, axis: number) => Tensor): Kind => ({
  name,
  takes: "f",
  weight: 1,
  plan([x], r) {
    const k = oneAxis(x!, r[0]!);
    return k === null ? null : { mag: 11, run: ([t]) => small(f(separated(t!, k), k)) };
  },
});
const intFold = (name: string, f: Reduce): Kind => ({
  name: `int ${name}`,
  takes: "i",
  weight: 0.5,
  plan([x], r) {
    const axes = someAxes(x!, r);
    return along(x!, axes) === 0 ? null : { mag: 11, run: ([t]) => small(f(t!, { axis: axes, keepDims: r[4]! < 0.4 })) };
  },
});
const boolFold = (name: string, f: Reduce): Kind => ({
  name,
  takes: "b",
  weight: 1,
  plan: ([x], r) => ({ mag: 1, run: ([t]) => f(t!, { axis: someAxes(x!, r), keepDims: r[4]! < 0.4 }) }),
});
const lines = (name: string, f: (x: Tensor, axis: number) => Tensor, mag: (x: Val, axis: number) => number): Kind => ({
  name,
  takes: "f",
  weight: 2,
  plan([x], r) {
    const k = oneAxis(x!, r[0]!);
    return k === null ? null : planned(mag(x!, k), ([t]) => f(t!, k));
  },
});

/** Images with channels, of known height and width, with room for a window. */
const images = (x: Val): boolean => x.dims.length === 4 && x.dims.slice(1).every((d) => isNumber(d) && d > 0);
/** Values that differ within every 3 × 3 window. */
const inWindows = (x: Tensor): Tensor =>
  add(mul(tanh(x), 0.1), mul(cast(mod(add(mul(iota(x.dims, 1), 3), iota(x.dims, 2)), 9), x.dtype), 0.5));

export const foldKinds: readonly Kind[] = [
  reduction("sum", 4, sum as Reduce, (m, n) => m * n),
  reduction("mean", 3, mean as Reduce, (m, n) => (n ? m : null)),
  reduction("logSumExp", 1, logSumExp as Reduce, (m, n) => (n ? m + Math.log(n) : null)),
  reduction("variance", 1, variance as Reduce, (m, n) => (n ? m * m : null)),
  reduction("prod", 1, ((x, o) => prod(add(mul(tanh(x), 0.3), 1), o)) as Reduce, (_, n) => (n <= 6 ? 1.3 ** n : null)),
  extreme("max", max as Reduce),
  extreme("min", min as Reduce),
  argument("argMax", argMax),
  argument("argMin", argMin),
  intFold("sum", sum as Reduce),
  intFold("max", max as Reduce),
  intFold("min", min as Reduce),
  boolFold("any", any as Reduce),
  boolFold("all", all as Reduce),
  lines("softmax", softmax, () => 1),
  lines("logSoftmax", logSoftmax, (x, k) => 2 * x.mag + Math.log(x.sizes[k]! + 1)),
  lines(
    "l2Normalize",
    (x, k) => l2Normalize(add(tanh(x), 1.5), k),
    () => 1,
  ),
  {
    name: "cross-entropy",
    takes: "f",
    weight: 1,
    plan([x]) {
      const k = x!.dims.length - 1;
      return k < 0 || !isNumber(x!.dims[k]!) || !x!.sizes[k]
        ? null
        : planned(2 * x!.mag + Math.log(x!.sizes[k]!), ([t]) => sparseSoftmaxCrossEntropyWithLogits(argMax(separated(t!, k), k), t!));
    },
  },
  {
    name: "matMul",
    takes: "ff",
    weight: 6,
    plan([x, y]) {
      const [a, b] = [x!.dims, y!.dims];
      if (a.length < 2 || b.length < 2) return null;
      const [am, ak, bk, bn] = [a.at(-2), a.at(-1), b.at(-2), b.at(-1)];
      const way =
        ak === bk
          ? {}
          : ak === bn
            ? { transposeB: true }
            : am === bk
              ? { transposeA: true }
              : am === bn
                ? { transposeA: true, transposeB: true }
                : null;
      const inner = Math.max(1, x!.sizes.at(ak === bk || ak === bn ? -1 : -2)!);
      return way && planned(x!.mag * y!.mag * inner, ([s, t]) => matMul(s!, t!, way));
    },
  },
  {
    name: "matMul with itself",
    takes: "f",
    weight: 2,
    plan: ([x]) =>
      x!.dims.length < 2 ? null : planned(x!.mag * x!.mag * Math.max(1, x!.sizes.at(-1)!), ([t]) => matMul(t!, t!, { transposeB: true })),
  },
  {
    name: "conv2d",
    takes: "f",
    weight: 6,
    plan([x], r) {
      if (!images(x!)) return null;
      const [h, w, c] = x!.sizes.slice(1) as [number, number, number];
      const [kh, kw] = [whole(r[0]!, 1, Math.min(3, h)), whole(r[1]!, 1, Math.min(3, w))];
      const options = { strides: whole(r[2]!, 1, 2), padding: choose(r[3]!, ["valid", "same"] as const) };
      // The filter depends on the image, so that both gradients are needed.
      return planned(kh * kw * c * x!.mag * (0.7 + x!.mag), ([t], { float }) =>
        conv2d(t!, add(weights([kh, kw, c, 2], float), count(x!.sizes) ? mean(t!) : 0), options),
      );
    },
  },
  {
    name: "pool",
    takes: "f",
    weight: 6,
    plan([x], r) {
      if (!images(x!)) return null;
      const [h, w] = x!.sizes.slice(1) as [number, number];
      const window = [whole(r[0]!, 1, Math.min(3, h)), whole(r[1]!, 1, Math.min(3, w))] as const;
      const options = { strides: whole(r[2]!, 1, 3), padding: choose(r[3]!, ["valid", "same"] as const) };
      return r[4]! < 0.5
        ? planned(x!.mag, ([t]) => avgPool(t!, window, options))
        : planned(4.2, ([t]) => maxPool(inWindows(t!), window, options));
    },
  },
];
