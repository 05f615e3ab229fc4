/** Fuzzer steps that only move elements: views of any class. */

import { gather, unsortedSegmentSum } from "../../gather.ts";
import { expandDims, oneHot, split, squeeze, stack, tile, unstack } from "../../ops/arrays.ts";
import { broadcastTo, cast, concat, iota, mod, mul, pad, reshape, reverse, slice, stridedSlice, transpose } from "../../primitives.ts";
import type { Dim, Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Class, choose, type Env, isNumber, type Kind, type Planned, planned, type Val, whole } from "./kinds.ts";

type PlanView = (x: Val, r: readonly number[]) => ((t: Tensor, env: Env) => Tensor) | null;
/** The same view for each class; bounds do not change. */
const view = (name: string, weight: number, plan: PlanView, addsZero = 0): Kind[] =>
  (["f", "i", "b"] as const).map(
    (cls: Class): Kind => ({
      name: `${name} ${cls}`,
      takes: cls,
      weight: cls === "f" ? weight : weight / 4,
      plan: ([x], r): Planned | null => {
        const run = plan(x!, r);
        return run && { mag: Math.max(x!.mag, addsZero), run: ([t], env) => run(t!, env) };
      },
    }),
  );
const axisOf = (x: Val, r: number): number => whole(r, 0, x.dims.length - 1);
/** An axis whose size is a number. */
const staticAxis = (x: Val, r: number): number | null => {
  const axes = x.dims.flatMap((d, k) => (isNumber(d) ? [k] : []));
  return axes.length ? choose(r, axes) : null;
};
const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
const permutation = (n: number, r: readonly number[]): number[] => {
  const left = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: n }, (_, i) => left.splice(whole(r[i % r.length]!, 0, left.length - 1), 1)[0]!);
};

const reshapes: PlanView = (x, r) => {
  const n = x.dims.length;
  const style = choose(r[0]!, ["split", "merge", "flat", "regroup"]);
  if (style === "flat") return (t) => reshape(t, [-1]);
  if (style === "merge" && n >= 2) {
    const k = whole(r[1]!, 0, n - 2);
    const [a, b] = [x.dims[k]!, x.dims[k + 1]!];
    if (!isNumber(a) && !isNumber(b)) return null;
    return (t) => reshape(t, [...t.dims.slice(0, k), timesDim(t.dims[k]!, t.dims[k + 1]!), ...t.dims.slice(k + 2)]);
  }
  const k = staticAxis(x, r[1]!);
  if (k === null) return null;
  const d = x.dims[k] as number;
  if (d === 0) return null;
  const by = choose(r[2]!, divisors(d));
  if (style === "split") return (t) => reshape(t, [...t.dims.slice(0, k), by, d / by, ...t.dims.slice(k + 1)]);
  const rest = x.dims.filter(isNumber).reduce((a, b) => a * b, 1);
  if (rest === 0) return null;
  const other = choose(r[3]!, divisors(rest));
  const lead = x.dims.filter((v) => !isNumber(v));
  return lead.length > 1 || (lead.length === 1 && isNumber(x.dims[0]!))
    ? null
    : (t) => reshape(t, [...t.dims.slice(0, lead.length), other, rest / other]);
};
const timesDim = (a: Dim, b: Dim): Dim => (isNumber(a) && isNumber(b) ? a * b : isNumber(a) && a === 1 ? b : -1);

const slices: PlanView = (x, r) => {
  const begin = x.dims.map((d, k) => (isNumber(d) ? whole(r[k % 4]!, 0, d) : 0));
  const size = x.dims.map((d, k) => (isNumber(d) ? whole(r[(k + 1) % 4]!, 0, d - begin[k]!) : -1));
  return (t) => slice(t, begin, size);
};
const strided: PlanView = (x, r) => {
  const strides = x.dims.map((d, k) => (isNumber(d) ? choose(r[k % 4]!, [1, -1, 2, -2, 3]) : 1));
  const edge = (d: Dim, v: number): number | null => (isNumber(d) && v < 0.5 ? whole(v * 2, -d - 1, d + 1) : null);
  const begin = x.dims.map((d, k) => edge(d, r[(k + 1) % 4]!));
  const end = x.dims.map((d, k) => edge(d, r[(k + 2) % 4]!));
  return (t) => stridedSlice(t, begin, end, strides);
};
const pads: PlanView = (x, r) => {
  const paddings = x.dims.map((d, k) =>
    isNumber(d) ? ([whole(r[k % 4]!, 0, 2), whole(r[(k + 1) % 4]!, 0, 2)] as const) : ([0, 0] as const),
  );
  return (t) => pad(t, paddings, t.dtype === "bool" ? 1 : choose(r[4]!, [0, 1]));
};
const broadcasts: PlanView = (x, r) => {
  const shape: Shape = [
    ...(r[0]! < 0.5 ? [whole(r[1]!, 1, 3)] : []),
    ...x.dims.map((d, k) => (d === 1 ? whole(r[(k + 2) % 6]!, 0, 4) : d)),
  ];
  return (t, env) => broadcastTo(t, env.at(shape));
};

export const viewKinds: readonly Kind[] = [
  ...view("reshape", 4, reshapes),
  ...view("transpose", 4, (x, r) => {
    const perm = permutation(x.dims.length, r);
    return (t) => transpose(t, perm);
  }),
  ...view("slice", 3, slices),
  ...view("stridedSlice", 3, strided),
  ...view("pad", 2, pads, 1),
  ...view("broadcastTo", 3, broadcasts),
  ...view("reverse", 2, (x, r) => {
    const axes = x.dims.flatMap((_, k) => (r[k % 6]! < 0.5 ? [k] : []));
    return (t) => reverse(t, axes);
  }),
  ...view("expandDims", 2, (x, r) => {
    const at = whole(r[0]!, 0, x.dims.length);
    return (t) => expandDims(t, at);
  }),
  ...view("squeeze", 2, (x) => {
    const axes = x.dims.flatMap((d, k) => (d === 1 ? [k] : []));
    return axes.length ? (t) => squeeze(t, axes) : null;
  }),
  ...view("tile", 1, (x, r) => {
    const reps = x.dims.map((_, k) => choose(r[k % 6]!, [1, 1, 2, 3]));
    return (t) => tile(t, reps);
  }),
  ...view("a part", 1, (x, r) => {
    const k = staticAxis(x, r[0]!);
    if (k === null || !(x.dims[k] as number)) return null;
    const n = x.dims[k] as number;
    const first = whole(r[1]!, 0, n);
    return r[2]! < 0.5 ? (t) => unstack(t, k)[Math.min(first, n - 1)]! : (t) => split(t, [first, n - first], k)[r[3]! < 0.5 ? 0 : 1]!;
  }),
  ...view("with itself", 1, (x, r) => {
    if (!x.dims.length) return null;
    const k = axisOf(x, r[0]!);
    return (t) => concat([t, t, t].slice(0, whole(r[1]!, 2, 3)), k);
  }),
  ...(["f", "i", "b"] as const).flatMap((cls): Kind[] => [
    {
      name: `concat ${cls}`,
      takes: cls + cls,
      weight: cls === "f" ? 3 : 1,
      plan: ([x, y], r) =>
        x!.dims.length ? { mag: Math.max(x!.mag, y!.mag), run: ([a, b]) => concat([a!, b!], axisOf(x!, r[0]!)) } : null,
    },
    {
      name: `stack ${cls}`,
      takes: cls + cls,
      weight: 1,
      plan: ([x, y], r) => ({ mag: Math.max(x!.mag, y!.mag), run: ([a, b]) => stack([a!, b!, a!], whole(r[0]!, 0, x!.dims.length)) }),
    },
  ]),
  {
    name: "gather",
    takes: "fi",
    weight: 3,
    plan: ([x, i], r) => {
      const k = staticAxis(x!, r[0]!);
      const n = k === null ? 0 : (x!.dims[k] as number);
      return n === 0 || i!.dims.length > 2 || (i!.dims.some((d) => !isNumber(d)) && x!.dims.some((d) => !isNumber(d)))
        ? null
        : { mag: x!.mag, run: ([a, b]) => gather(a!, mod(b!, n), k!) };
    },
  },
  {
    name: "oneHot",
    takes: "i",
    weight: 1,
    plan: (_, r) => {
      const depth = whole(r[0]!, 1, 5);
      return planned(1, ([a], { float }) => oneHot(mod(a!, depth + 1), depth, { dtype: float }));
    },
  },
  {
    name: "segment sum",
    takes: "f",
    weight: 1,
    plan: ([x], r) => {
      if (!x!.dims.length) return null;
      const n = whole(r[0]!, 1, 5);
      return planned(x!.mag * x!.sizes[0]!, ([a]) => unsortedSegmentSum(a!, cast(mod(mul(iota([a!.dims[0]!]), 3), n), "int32"), n));
    },
  },
];
