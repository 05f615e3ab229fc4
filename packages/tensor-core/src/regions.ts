/** Control flow as graph nodes: cond, whileLoop and scan. What a body reads becomes an input, what it assigns a carry or an output. */
import { type TensorLike, toTensor } from "./convert.ts";
import { dispatch } from "./dispatch.ts";
import { DTypeError, GradientError, ShapeError, TraceError, ValueError } from "./errors.ts";
import { type Graph, order, type Value } from "./graph.ts";
import { internGraph } from "./intern.ts";
import type { CondAttrs, Op, ScanAttrs, WhileAttrs } from "./op.ts";
import { add, fill, zeros } from "./primitives.ts";
import { condGradient, gradientByRerun, inline, prepareScan, scanGradient } from "./regiongrad.ts";
import { type Dim, isKnown, sameShape } from "./shape.ts";
import { makeSpec, type Spec } from "./spec.ts";
import { Tensor } from "./tensor.ts";
import { type Traced, trace } from "./trace.ts";
import { leaves, mapTree } from "./tree.ts";
import { Variable } from "./variable.ts";

type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

const tensorsIn = (tree: unknown): Tensor[] => leaves(tree).filter((x) => x instanceof Tensor);
const refill = <T>(tree: T, tensors: readonly Tensor[]): T => {
  let next = 0;
  return mapTree(tree, (x) => (x instanceof Tensor ? tensors[next++]! : x)) as T;
};
/** What a body closed over, as tensors of the code around it. */
const outside = (captured: readonly (Tensor | Variable)[]): Tensor[] => captured.map((x) => (x instanceof Variable ? x.read() : x));

/** Two bodies over one list of captured values: each graph's own captures are appended to the other's. */
function align(
  op: string,
  a: Traced<unknown>,
  b: Traced<unknown>,
  formal: number,
): { a: Traced<unknown>["graph"]; b: Traced<unknown>["graph"]; captured: (Tensor | Variable)[] } {
  const captured = [...new Set([...a.captured, ...b.captured])];
  const graph = (t: Traced<unknown>): Traced<unknown>["graph"] => {
    const inputs = captured.map((x) => {
      const at = t.captured.indexOf(x);
      return at >= 0 ? t.graph.inputs[formal + at]! : { spec: x.spec, index: 0 };
    });
    return internGraph({ inputs: [...t.graph.inputs.slice(0, formal), ...inputs], outputs: t.graph.outputs });
  };
  if (a.assigned.length || b.assigned.length)
    throw new TraceError(op, "its functions assign variables that the other does not", {
      hint: "Return the new value and assign it after.",
    });
  return { a: graph(a), b: graph(b), captured };
}

function sameSpecs(op: string, what: string, a: readonly Spec[], b: readonly Spec[]): void {
  const wrong = a.length !== b.length ? 0 : a.findIndex((s, i) => s.dtype !== b[i]!.dtype || !sameShape(s.shape, b[i]!.shape));
  if (wrong >= 0) throw new ShapeError(op, `${what} (tensor ${wrong})`, { got: [a[wrong], b[wrong]].filter((s) => s !== undefined) });
}

// ---- cond

export const condOp: Op<CondAttrs> = {
  name: "cond",
  infer([predicate], attrs) {
    if (predicate!.dtype !== "bool" || predicate!.shape.length)
      throw new DTypeError("cond", "the predicate must be a bool scalar", { got: [predicate!] });
    return attrs.then.outputs.map((v) => v.spec);
  },
  how: {
    kind: "region",
    *run(runner, [predicate, ...captured], outputs) {
      yield* runner.run((yield* runner.ask(predicate!)) ? 0 : 1, captured, outputs);
    },
  },
  vjp: (dys, inputs, _outputs, attrs) => condGradient(condOp, dys, inputs, attrs),
};

/**
 * One of two functions, chosen by a bool scalar at run time. Both give trees of equal shapes and dtypes.
 * @example
 * cond(greater(x, 0), () => x, () => neg(x));
 */
export function cond<T extends Tree>(predicate: TensorLike, whenTrue: () => T, whenFalse: () => T): T {
  const p = toTensor("cond", predicate);
  const yes = trace("cond", [], () => whenTrue(), tensorsIn);
  const no = trace("cond", [], () => whenFalse(), tensorsIn);
  const both = align("cond", yes, no, 0);
  sameSpecs(
    "cond",
    "the two functions give different shapes or dtypes",
    both.a.outputs.map((v) => v.spec),
    both.b.outputs.map((v) => v.spec),
  );
  // biome-ignore lint/suspicious/noThenProperty: the branches of a cond; nobody awaits attrs
  return refill(yes.result, dispatch(condOp, [p, ...outside(both.captured)], { then: both.a, else: both.b }));
}

// ---- while

export const whileOp: Op<WhileAttrs> = {
  name: "whileLoop",
  infer: (inputs, { carry }) => inputs.slice(0, carry),
  how: {
    kind: "region",
    *run(runner, inputs, outputs, { carry, maximumIterations }) {
      const captured = inputs.slice(carry);
      const ways = [outputs, outputs.map((_, i) => runner.spare(i))] as const;
      let now: typeof outputs = inputs.slice(0, carry);
      for (let n = 0; n !== (maximumIterations ?? -1); n++) {
        const given = [...now, ...captured];
        yield* runner.run(0, given, [runner.flag]);
        if (!(yield* runner.ask(runner.flag))) break;
        now = ways[n % 2]!;
        yield* runner.run(1, given, now);
      }
      if (now !== outputs) now.forEach((v, i) => void runner.copy(v, i));
    },
  },
  vjp: (dys, inputs, _outputs, attrs) => gradientByRerun((xs) => boundedLoop(attrs, xs), dys, inputs),
};

/** A loop whose steps are bounded is a scan that, once the test fails, carries on unchanged: that is differentiable. */
function boundedLoop({ test, body, carry, maximumIterations }: WhileAttrs, inputs: readonly Tensor[]): readonly Tensor[] {
  if (maximumIterations === undefined) {
    throw new GradientError("whileLoop", "its gradient needs a bound on its steps", { hint: "Give maximumIterations." });
  }
  const captured = inputs.slice(carry);
  const step = ([alive, now]: readonly [Tensor, readonly Tensor[]]): readonly [readonly [Tensor, readonly Tensor[]], []] => {
    const on = cond(
      alive,
      () => inline(test, [...now, ...captured])[0]!,
      () => alive,
    );
    const next = cond(
      on,
      () => inline(body, [...now, ...captured]),
      () => now,
    );
    return [[on, next], []];
  };
  const [[, end]] = scan(step, [fill([], 1, "bool"), inputs.slice(0, carry)], [], { length: maximumIterations });
  return end;
}

/**
 * Runs `body` on the carry while `test` holds.
 * @param carry a tree of tensors whose shapes and dtypes stay
 * @param options `maximumIterations` bounds the steps; a gradient needs it
 * @example
 * whileLoop(([i]) => less(i, 10), ([i]) => [add(i, 1)], [tensor(0)]);
 */
export function whileLoop<T extends Tree>(
  test: (carry: T) => Tensor,
  body: (carry: T) => T,
  carry: T,
  options: { readonly maximumIterations?: number } = {},
): T {
  const initial = tensorsIn(carry);
  const { maximumIterations } = options;
  const specs = initial.map((t) => t.spec);
  const tested = trace(
    "whileLoop",
    specs,
    (xs) => test(refill(carry, xs)),
    (t) => [t],
  );
  const bodied = trace("whileLoop", specs, (xs) => body(refill(carry, xs)), tensorsIn);
  const both = align("whileLoop", tested, bodied, specs.length);
  const flag = both.a.outputs[0]!.spec;
  if (flag.dtype !== "bool" || flag.shape.length) throw new DTypeError("whileLoop", "the test must give a bool scalar", { got: [flag] });
  sameSpecs(
    "whileLoop",
    "the body changes the carry's shape or dtype",
    specs,
    both.b.outputs.map((v) => v.spec),
  );
  const attrs = { test: both.a, body: both.b, carry: initial.length, ...(maximumIterations !== undefined && { maximumIterations }) };
  return refill(carry, dispatch(whileOp, [...initial, ...outside(both.captured)], attrs));
}

// ---- scan

export const scanOp: Op<ScanAttrs> = {
  name: "scan",
  infer(inputs, { body, carry, xs, length }) {
    const outputs = body.outputs.map((v) => v.spec);
    sameSpecs("scan", "the body changes the carry's shape or dtype", inputs.slice(0, carry), outputs.slice(0, carry));
    sameSpecs(
      "scan",
      "the body reads other slices than it is given",
      inputs.slice(carry, carry + xs).map((s) => makeSpec(s.shape.slice(1), s.dtype)),
      body.inputs.slice(carry, carry + xs).map((v) => v.spec),
    );
    return [...outputs.slice(0, carry), ...outputs.slice(carry).map((s) => makeSpec([length, ...s.shape], s.dtype))];
  },
  prepare: prepareScan,
  visible: ({ body, hidden }) => body.outputs.length - hidden,
  how: {
    kind: "region",
    run(runner, inputs, outputs, { carry, xs, length, reverse }) {
      const steps = runner.size(length);
      if (steps === 0) for (let i = 0; i < carry; i++) runner.copy(inputs[i]!, i);
      const spare = outputs.slice(0, carry).map((_, i) => runner.spare(i));
      const [from, to] = [[...inputs], [...outputs]];
      return runner.repeat(steps, from, to, carry + xs, (n) => {
        const t = reverse ? steps - 1 - n : n;
        for (let i = 0; i < carry; i++) {
          if (n > 0) from[i] = to[i]!;
          // The last step must land in the outputs.
          to[i] = (steps - 1 - n) % 2 === 0 ? outputs[i]! : spare[i]!;
        }
        for (let i = carry; i < carry + xs; i++) from[i] = runner.row("inputs", i, t, steps);
        for (let i = carry; i < to.length; i++) to[i] = runner.row("outputs", i, t, steps);
      });
    },
  },
  vjp: (dys, inputs, outputs, attrs) => scanGradient(scanOp, dys, inputs, outputs, attrs),
};

export interface ScanOptions {
  /** How many steps; needed only where `xs` is empty. */
  readonly length?: Dim | undefined;
  /** Walks from the last slice to the first; results keep their places. */
  readonly reverse?: boolean | undefined;
}

/**
 * Carries a state along the first axis of `xs`: `[carry, y] = body(carry, x)` for each slice, and stacks the ys.
 * The gradient is one reversed scan, so its size does not grow with the number of steps.
 * @param xs a tree of tensors with equal first sizes; [] with `length` for none
 * @returns the last carry and the stacked ys
 * @example
 * // Running sums.
 * scan((total, x) => [add(total, x), add(total, x)], tensor(0), tensor([1, 2, 3])); // [6, [1, 3, 6]]
 */
export function scan<C extends Tree, X extends Tree, Y extends Tree>(
  body: (carry: C, x: X) => readonly [C, Y],
  carry: C,
  xs: X,
  options: ScanOptions = {},
): [C, Y] {
  const initial = tensorsIn(carry);
  const slices = tensorsIn(xs);
  const length = options.length ?? slices[0]?.dims[0];
  if (length === undefined) throw new ValueError("scan", "has neither slices nor a length");
  for (const x of slices)
    if (x.dims[0] !== length) throw new ShapeError("scan", "the slices differ in their first size", { got: slices.map((t) => t.spec) });
  const specs = [...initial.map((t) => t.spec), ...slices.map((t) => makeSpec(t.dims.slice(1), t.dtype))];
  const traced = trace(
    "scan",
    specs,
    (inputs) => body(refill(carry, inputs.slice(0, initial.length)), refill(xs, inputs.slice(initial.length))),
    (result) => [...tensorsIn(result[0]), ...tensorsIn(result[1])],
  );
  const { graph, captured, assigned } = traced;
  if (assigned.some((v) => !captured.includes(v)))
    throw new TraceError("scan", "its body assigns a variable it does not read", { hint: "Return the value and assign it after." });
  // An assigned variable is one more carry: its first value comes in, its last goes out.
  const formal = specs.length;
  const kept = captured.filter((x) => !assigned.includes(x as Variable));
  const inputOf = (x: Tensor | Variable): (typeof graph.inputs)[number] => graph.inputs[formal + captured.indexOf(x)]!;
  const n = initial.length;
  const results = graph.outputs.length - assigned.length;
  const twins = twinsOf(graph, n, length);
  const single = <T>(carries: readonly T[]): T[] => carries.filter((_, i) => twins[i] === i);
  const ordered = internGraph({
    inputs: [...single(graph.inputs.slice(0, n)), ...assigned.map(inputOf), ...graph.inputs.slice(n, formal), ...kept.map(inputOf)],
    outputs: [...single(graph.outputs.slice(0, n)), ...graph.outputs.slice(results), ...graph.outputs.slice(n, results)],
  });
  const carries = single(initial);
  const attrs: ScanAttrs = {
    body: ordered,
    carry: carries.length + assigned.length,
    xs: slices.length,
    length,
    reverse: options.reverse ?? false,
    hidden: 0,
  };
  const inputs = [...carries, ...outside(assigned), ...slices, ...outside(kept)];
  const outputs = dispatch(scanOp, inputs, attrs);
  assigned.forEach((v, i) => v.assign(outputs[carries.length + i]!));
  const ys = outputs.slice(attrs.carry, ordered.outputs.length);
  const places = single(initial.map((_, i) => i));
  const ends = twins.map((i) => outputs[places.indexOf(i)]!);
  return [refill(traced.result[0], ends) as C, refill(traced.result[1], ys) as Y];
}

/** For each carry itself, or another that ends as the same value, if no step reads this one. */
function twinsOf(graph: Graph, carries: number, length: Dim): number[] {
  const ends = graph.outputs.slice(0, carries);
  const own = ends.map((_, i) => i);
  // Without a step a carry ends as it began.
  if (!isKnown(length) || length === 0) return own;
  const read = new Set<Value>([...graph.outputs, ...order(graph.outputs).flatMap((node) => node.inputs)]);
  const isRead = (i: number): boolean => read.has(graph.inputs[i]!);
  return own.map((i) => {
    if (isRead(i)) return i;
    const same = own.filter((j) => ends[j] === ends[i] && graph.inputs[j]!.spec === graph.inputs[i]!.spec);
    return same.find(isRead) ?? same[0]!;
  });
}

/** A counted loop: `scan` without slices, whose body is told the step as an int32 scalar. */
export function repeat<C extends Tree>(steps: Dim, body: (carry: C, step: Tensor) => C, carry: C): C {
  const [[end]] = scan(
    ([now, i]: readonly [C, Tensor]) => [[body(now, i), add(i, 1)] as const, []] as const,
    [carry, zeros([], "int32")] as const,
    [],
    { length: steps },
  );
  return end;
}
