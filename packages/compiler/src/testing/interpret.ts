/** Runs kernels element by element on host arrays: the judge of lowering, and the strict device's engine. */
import { BackendError, evaluator, type TypedArray } from "@antler/tensor-core";
import type { Atom, Axis, Index } from "../affine.ts";
import { indexError } from "../fault.ts";
import type { Expr, Kernel, Load } from "../kernel.ts";
import { bindSize, type Size } from "../size.ts";

type Evaluator = () => number;

/** A kernel as a function of arrays, param values and, if it is blocked, its block. */
export function interpretKernel(k: Kernel): (buffers: readonly TypedArray[], params: readonly number[], block?: readonly number[]) => void {
  return (buffers, params, block) => {
    const sizes = new Map(k.params.map((s, i) => [s, params[i]!]));
    const size = (s: Size): number => (typeof s === "number" ? s : (sizes.get(s) ?? bindSize(s, new Map())));
    const place = new Map<Axis, number>();
    const memo = new Map<Expr, Evaluator>();
    const acc: number[] = [];

    const index = (i: Index): Evaluator => {
      const terms = i.terms.map((t) => ({ by: size(t.by), atom: atom(t.atom) }));
      const constant = size(i.constant);
      return () => terms.reduce((n, t) => n + t.by * t.atom(), constant);
    };
    const atom = (a: Atom): Evaluator => {
      if (a.kind === "axis") return () => place.get(a.axis)!;
      if (a.kind === "data") {
        const value = compile(a.expr);
        const { check } = a;
        const below = check && size(check.below);
        return () => {
          const n = value();
          if (below !== undefined && (n < 0 || n >= below)) throw indexError(check!, n, below);
          return n;
        };
      }
      const of = index(a.of);
      const by = size(a.by);
      return a.kind === "div" ? () => Math.floor(of() / by) : () => ((of() % by) + by) % by;
    };
    const compile = (e: Expr): Evaluator =>
      evaluator(
        e,
        (leaf, args) => {
          if (leaf.op === "acc") return () => acc[leaf.value as number]!;
          if (leaf.op === "index") return index(leaf.value as Index);
          const { slot, index: at } = leaf.value as Load;
          const where = index(at);
          const data = buffers[slot]!;
          return () => {
            if (args.length && !args[0]!()) return 0;
            const n = where();
            if (n < 0 || n >= data.length) throw outside(k, `reads element ${n} of buffer ${slot}`, data.length);
            return Number(data[n]);
          };
        },
        memo,
      );

    const stores = k.stores.map((s) => ({ data: buffers[s.slot]!, at: index(s.index), value: compile(s.value) }));
    const fold = k.fold && {
      axes: k.fold.axes,
      zero: k.fold.zero.map(compile),
      step: k.fold
        .combine(
          k.fold.zero.map((z, n): Expr => ({ op: "acc", dtype: z.dtype, args: [], value: n })),
          k.fold.lift,
        )
        .map((e) => compile(e)),
    };
    const walk = (axes: readonly Axis[], body: () => void, depth = 0): void => {
      if (depth === axes.length) return body();
      const ranged = k.blocked && block && axes === k.space;
      const from = ranged ? block[2 * depth]! : 0;
      const to = ranged ? block[2 * depth + 1]! : size(axes[depth]!.extent);
      for (let n = from; n < to; n++) {
        place.set(axes[depth]!, n);
        walk(axes, body, depth + 1);
      }
    };
    walk(k.space, () => {
      if (fold) {
        fold.zero.forEach((f, n) => {
          acc[n] = f();
        });
        walk(fold.axes, () => {
          const next = fold.step.map((f) => f());
          next.forEach((v, n) => {
            acc[n] = v;
          });
        });
      }
      const values = stores.map((s) => s.value());
      stores.forEach((s, n) => {
        const at = s.at();
        if (at < 0 || at >= s.data.length) throw outside(k, `writes element ${at}`, s.data.length);
        s.data[at] = (typeof s.data[0] === "bigint" ? BigInt(values[n]!) : values[n]) as never;
      });
    });
  };
}

const outside = (k: Kernel, what: string, elements: number): BackendError =>
  new BackendError("strict", `kernel ${k.name} ${what}, but was bound ${elements} elements`, {
    hint: "Either the tensor is larger than bindingBytes, or the kernel leaves its memory.",
  });
