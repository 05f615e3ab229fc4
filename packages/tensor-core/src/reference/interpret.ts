/** Runs one node of a graph on host arrays, straight from its definition: slow, obvious, right. */
import { within } from "../context.ts";
import { isBig, type TypedArray } from "../dtype.ts";
import { IndexError } from "../errors.ts";
import type { Node } from "../graph.ts";
import type { FoldHow, MapHow, OpaqueHow, SourceHow, ViewHow } from "../op.ts";
import * as s from "../scalar.ts";
import { type Bindings, bindDim, elements } from "../shape.ts";
import type { StaticSpec } from "../spec.ts";
import { type Evaluator, evaluator, rounder } from "./evaluate.ts";

export interface Host {
  readonly spec: StaticSpec;
  /** The numbers: 16-bit floats as float32, all else as stored. */
  readonly data: TypedArray;
}

type Any = never;
type Elementwise = MapHow<Any> | SourceHow<Any> | ViewHow<Any>;

/** The values of the loop variables while an element is computed. */
class Loops {
  readonly axes: s.Axis[] = [];
  readonly at: number[] = [];
  private readonly bound: Bindings;
  constructor(bound: Bindings) {
    this.bound = bound;
  }
  add(shape: readonly number[]): s.Expr[] {
    return shape.map((extent, i) => {
      const axis = { extent, name: `i${this.axes.length + i}` };
      this.axes.push(axis);
      this.at.push(0);
      return s.index(axis);
    });
  }
  /** Leaves of the scalar language: loop variables, sizes and elements of inputs. */
  leaf({ op }: Node, inputs: readonly Host[]): (e: s.Expr, args: readonly Evaluator[]) => Evaluator {
    return (e, args) => {
      if (e.op === "index") {
        const k = this.axes.indexOf(e.value as s.Axis);
        return () => this.at[k]!;
      }
      if (e.op === "dim") {
        const n = bindDim(e.value as never, this.bound);
        return () => n;
      }
      const { spec, data } = inputs[e.value as number]!;
      return () => {
        let flat = 0;
        for (let k = 0; k < args.length; k++) {
          const i = args[k]!();
          const size = spec.shape[k]!;
          if (i < 0 || i >= size)
            throw new IndexError(op.name, `index ${i} is outside axis ${k} of size ${size}`, { got: inputs.map((x) => x.spec) });
          flat = flat * size + i;
        }
        return Number(data[flat]);
      };
    };
  }
  /** Calls `body` for every index of the axes from `from` on. */
  run(from: number, shape: readonly number[], body: (flat: number) => void): void {
    const n = elements(shape);
    for (let flat = 0; flat < n; flat++) {
      for (let k = shape.length - 1, rest = flat; k >= 0; k--) {
        this.at[from + k] = rest % shape[k]!;
        rest = Math.floor(rest / shape[k]!);
      }
      body(flat);
    }
  }
}

/** The element of a broadcast input at an output index. */
const elementOf = (input: Host, which: number, index: readonly s.Expr[]): s.Expr => {
  const { shape, dtype } = input.spec;
  return s.read(
    which,
    dtype,
    shape.map((d, k) => (d === 1 ? s.int(0) : index[k + index.length - shape.length]!)),
  );
};

const write = (out: Host, flat: number, value: number): void => {
  out.data[flat] = (isBig(out.spec.dtype) ? BigInt(Math.trunc(value)) : value) as never;
};

/** Fills `outputs` with what the node computes of `inputs`. Handles map, view, fold, source and opaque nodes. */
export function interpret(node: Node, inputs: readonly Host[], outputs: readonly Host[], bound: Bindings): void {
  const how = node.op.how;
  const loops = new Loops(bound);
  // Expressions must be built outside of any trace: definitions may call no ops.
  within("interpret", { trace: undefined }, () => {
    if (how.kind === "map" || how.kind === "source" || how.kind === "view") elementwise(node, how, loops, inputs, outputs);
    else if (how.kind === "fold") fold(node, how, loops, inputs, outputs);
    else {
      const specs = { inputs: inputs.map((x) => x.spec), outputs: outputs.map((x) => x.spec) };
      const kernel = node.op.kernels?.["reference"] ?? (how as OpaqueHow<Any>).reference;
      kernel(
        inputs.map((x) => x.data),
        outputs.map((x) => x.data),
        specs,
        node.attrs as Any,
      );
      for (const { spec, data } of outputs) if (data instanceof Float32Array) data.set(data.map(rounder(spec.dtype)));
    }
  });
}

function elementwise(node: Node, how: Elementwise, loops: Loops, inputs: readonly Host[], outputs: readonly Host[]): void {
  const { spec } = outputs[0]!;
  const index = loops.add(spec.shape);
  const memo = new Map();
  const each = elementsOf(node, how, index, inputs, spec).map((e) => evaluator(e, loops.leaf(node, inputs), memo));
  loops.run(0, spec.shape, (flat) => each.forEach((f, k) => outputs[k] && write(outputs[k], flat, f())));
}

/** An expression for each output. */
function elementsOf(
  node: Node,
  how: Elementwise,
  index: readonly s.Expr[],
  inputs: readonly Host[],
  output: StaticSpec,
): readonly s.Expr[] {
  const attrs = node.attrs as Any;
  const specs = inputs.map((x) => x.spec);
  if (how.kind === "source") return [how.element(index, attrs, specs, output)];
  if (how.kind === "map")
    return how.body(
      inputs.map((x, k) => elementOf(x, k, index)),
      attrs,
      specs,
    );
  const fill = s.num(how.fill?.(attrs) ?? 0, output.dtype);
  return [
    how.at(index, attrs, specs, output).reduceRight((others: s.Expr, { input, index, valid }) => {
      const element = s.read(input, output.dtype, index);
      return valid ? s.select(valid, element, others) : element;
    }, fill),
  ];
}

function fold(node: Node, how: FoldHow<Any>, loops: Loops, inputs: readonly Host[], outputs: readonly Host[]): void {
  const attrs = node.attrs as Any;
  const specs = inputs.map((x) => x.spec);
  const full = specs[0]!.shape;
  const axes = how.axes(attrs);
  const outer = full.filter((_, k) => !axes.includes(k));
  const inner = axes.map((a) => full[a]!);
  const outerIndex = loops.add(outer);
  const innerIndex = loops.add(inner);
  let next = 0;
  const index = full.map((_, k) => (axes.includes(k) ? innerIndex[axes.indexOf(k)]! : outerIndex[next++]!));
  const position = innerIndex.reduce((flat, i, k) => s.add(s.mul(flat, s.int(inner[k]!)), i), s.int(0));
  const elements = inputs.map((x, k) => elementOf(x, k, index));

  const acc: number[] = [];
  const leaf = loops.leaf(node, inputs);
  const withAcc = (e: s.Expr, args: readonly Evaluator[]): Evaluator => (e.op === "acc" ? () => acc[e.value as number]! : leaf(e, args));
  const zero = how.zero(attrs, specs);
  const slots = zero.map((z, k) => s.leaf("acc", z.dtype, k));
  const compile = (exprs: readonly s.Expr[]): Evaluator[] => {
    const memo = new Map();
    return exprs.map((e) => evaluator(e, withAcc, memo));
  };
  const start = compile(zero);
  const step = compile(how.combine(slots, how.lift ? how.lift(elements, position, attrs) : elements, attrs));
  const finish = compile(how.finish ? how.finish(slots, attrs, specs) : slots);
  loops.run(0, outer, (flat) => {
    start.forEach((f, k) => {
      acc[k] = f();
    });
    loops.run(outer.length, inner, () => {
      const now = step.map((f) => f());
      now.forEach((v, k) => {
        acc[k] = v;
      });
    });
    finish.forEach((f, k) => outputs[k] && write(outputs[k], flat, f()));
  });
}
