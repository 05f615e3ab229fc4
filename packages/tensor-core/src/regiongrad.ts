/** Gradients of control flow: the body's gradient is traced once, and becomes the body of the backward node. */
import { backprop, densify, recording, type TapeEntry } from "./backprop.ts";
import { dispatch } from "./dispatch.ts";
import { isFloat } from "./dtype.ts";
import { GradientError } from "./errors.ts";
import { type Graph, inputValue, type Node, order, type Value } from "./graph.ts";
import { internGraph } from "./intern.ts";
import type { CondAttrs, Grad, Op, ScanAttrs } from "./op.ts";
import { add, identity, zeros, zerosLike } from "./primitives.ts";
import { remakes } from "./remake.ts";
import { remember } from "./remember.ts";
import { isKnown } from "./shape.ts";
import { makeSpec, type Spec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";
import { trace } from "./trace.ts";

/** Runs a graph's nodes again on other tensors, through dispatch, so that they trace and are recorded. */
export function inline(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values = new Map<Value, Tensor>(graph.inputs.map((v, i) => [v, inputs[i]!]));
  for (const node of order(graph.outputs, new Set(graph.inputs))) {
    const outputs = dispatch(
      node.op,
      node.inputs.map((v) => values.get(v)!),
      node.attrs,
    );
    node.outputs.forEach((v, i) => {
      if (outputs[i]) values.set(v, outputs[i]);
    });
  }
  return graph.outputs.map((v) => values.get(v)!);
}

/** The specs whose tensors have gradients, as places in a list. */
const floatPlaces = (specs: readonly Spec[]): number[] => specs.flatMap((s, i) => (isFloat(s.dtype) ? [i] : []));

/** A graph run again under a tape: its outputs, and their gradients for some inputs; zeros where there is no dependence. */
function differentiate(
  graph: Graph,
  inputs: readonly Tensor[],
  seeds: readonly Tensor[],
  targets: readonly number[],
  sources: readonly number[],
): { outputs: readonly Tensor[]; grads: readonly Tensor[] } {
  const entries: TapeEntry[] = [];
  const outputs = recording(entries, () => inline(graph, inputs));
  const wanted = sources.map((i) => inputs[i]!);
  const reached = targets.map((i) => outputs[i]!);
  const grads = backprop(entries, reached, seeds, wanted).map((g, i) => (g ? densify(g) : zerosLike(wanted[i]!)));
  return { outputs, grads };
}

// ---- cond: the same choice again, between the gradients of both sides.

export function condGradient(op: Op<CondAttrs>, dys: readonly (Tensor | null)[], inputs: readonly Tensor[], attrs: CondAttrs): Grad[] {
  const [predicate, ...captured] = inputs;
  const targets = attrs.then.outputs.flatMap((v, i) => (isFloat(v.spec.dtype) && dys[i] ? [i] : []));
  const sources = floatPlaces(captured.map((t) => t.spec));
  const seeds = targets.map((i) => dys[i]!);
  const specs = [...captured, ...seeds].map((t) => t.spec);
  const side = (graph: Graph): Graph =>
    internGraph(
      trace("cond", specs, (xs) => differentiate(graph, xs.slice(0, captured.length), xs.slice(captured.length), targets, sources).grads)
        .graph,
    );
  // biome-ignore lint/suspicious/noThenProperty: the branches of a cond; nobody awaits attrs
  const outputs = dispatch(op, [predicate!, ...captured, ...seeds], { then: side(attrs.then), else: side(attrs.else) });
  const grads: Grad[] = inputs.map(() => null);
  sources.forEach((i, k) => {
    grads[i + 1] = outputs[k]!;
  });
  return grads;
}

// ---- while: run again as a form that has a gradient.

/** The gradients of `fn(inputs)` for its inputs, by running it again under a tape of its own. */
export function gradientByRerun(
  fn: (inputs: readonly Tensor[]) => readonly Tensor[],
  dys: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
): Grad[] {
  const entries: TapeEntry[] = [];
  // One tensor may be several inputs, each with a gradient of its own.
  const own = inputs.map((x, i) => (inputs.indexOf(x) < i ? identity(x) : x));
  const outputs = recording(entries, () => fn(own));
  return backprop(entries, outputs, dys, own);
}

// ---- scan: what the body's gradient needs becomes stacked hidden outputs; backward is one scan the other way.

/** The gradient of a captured value as one op after the loop. */
interface Later {
  readonly sum: (stacked: readonly Tensor[]) => Tensor;
  /** Places among the scan's inputs, followed by its hidden outputs and by what the backward steps gave. */
  readonly of: readonly number[];
}
interface Backward {
  readonly graph: Graph;
  readonly carries: readonly number[];
  readonly slices: readonly number[];
  readonly captured: readonly number[];
  readonly ys: readonly number[];
  /** What the backward body reads: places among the scan's inputs, followed by its hidden outputs. */
  readonly reads: readonly number[];
  /** For each captured value; undefined where the backward steps carry the sum along. */
  readonly later: readonly (Later | undefined)[];
}
const backwards = new WeakMap<Graph, Backward>();
/** A body is differentiated once, apart for known and unknown lengths: equal attrs then stay equal, and programs are found again. */
const residuals = [new WeakMap<Graph, Residuals>(), new WeakMap<Graph, Residuals>()] as const;
type Residuals = Pick<ScanAttrs, "body" | "hidden">;

/** What a scan under a tape runs with: itself where it remembers already, or where nothing has a gradient. */
export const prepareScan = (attrs: ScanAttrs, inputs: readonly Spec[]): ScanAttrs =>
  backwards.has(attrs.body) || floatPlaces(inputs).length === 0 ? attrs : withResiduals(attrs);

/** The same scan with the hidden outputs its gradient will read; those it has already count as visible. */
function withResiduals(attrs: ScanAttrs): ScanAttrs {
  const all = residuals[isKnown(attrs.length) ? 0 : 1];
  return { ...attrs, ...remember(all, attrs.body, () => differentiateBody(attrs)) };
}

function differentiateBody(attrs: ScanAttrs): Residuals {
  const { body, carry, xs } = attrs;
  const specs = body.inputs.map((v) => v.spec);
  const carries = floatPlaces(specs.slice(0, carry));
  const slices = floatPlaces(specs.slice(carry, carry + xs));
  const captured = floatPlaces(specs.slice(carry + xs));
  const ys = floatPlaces(body.outputs.slice(carry).map((v) => v.spec));
  const targets = [...carries, ...ys.map((i) => carry + i)];
  const sources = [...carries, ...slices.map((i) => carry + i), ...captured.map((i) => carry + xs + i)];
  const joint = trace("scan", [...specs, ...targets.map((i) => body.outputs[i]!.spec)], (inputs) => {
    const { outputs, grads } = differentiate(body, inputs.slice(0, specs.length), inputs.slice(specs.length), targets, sources);
    return [...outputs, ...grads];
  });
  return splitJoint(attrs, joint.graph, { carries, slices, captured, ys });
}

const isBetween = (place: number, from: number, to: number): boolean => from <= place && place < to;

function splitJoint(attrs: ScanAttrs, joint: Graph, places: Pick<Backward, "carries" | "slices" | "captured" | "ys">): Residuals {
  const { body, carry, xs, length } = attrs;
  const n = body.inputs.length;
  const outputs = joint.outputs.slice(0, body.outputs.length);
  const grads = joint.outputs.slice(body.outputs.length);
  const seeds = new Set(joint.inputs.slice(n));

  // A value is of the backward pass if it depends on an incoming gradient; of the step if on carry or slices.
  const late = new Set<Value>(seeds);
  const stepwise = new Set<Value>(joint.inputs.slice(0, carry + xs));
  for (const node of order(joint.outputs)) {
    if (node.inputs.some((v) => late.has(v))) for (const v of node.outputs) late.add(v);
    if (node.inputs.some((v) => stepwise.has(v))) for (const v of node.outputs) stepwise.add(v);
  }
  // Views, what does not change from step to step, and what little makes of another value are made again; the rest is remembered.
  const little = remakes(stepwise);
  const again = (v: Value): boolean =>
    late.has(v) || (v.node !== undefined && (!stepwise.has(v) || v.node.op.how.kind === "view" || little(v)));
  const remembered = new Map<Value, number>();
  const hidden: Value[] = [];
  const done = new Set<Node>();
  const visit = (v: Value): void => {
    if (seeds.has(v) || remembered.has(v)) return;
    if (again(v)) {
      if (v.node && !done.has(v.node)) {
        done.add(v.node);
        v.node.inputs.forEach(visit);
      }
      return;
    }
    // Slices and captured values are there when the loop has ended, carries are not.
    const input = joint.inputs.indexOf(v);
    remembered.set(v, input < carry ? n + hidden.push(v) - 1 : input);
  };
  grads.forEach(visit);

  const forward: Graph = { inputs: joint.inputs.slice(0, n), outputs: [...outputs, ...hidden] };
  // What each step reads of its own comes before what all of them read.
  const isCaptured = (v: Value): boolean => isBetween(remembered.get(v)!, carry + xs, n);
  const found = [...remembered.keys()];
  const remembers = [...found.filter((v) => !isCaptured(v)), ...found.filter(isCaptured)];
  const reads = remembers.map((v) => remembered.get(v)!);
  // Inputs of the backward body: [d carry, sums of d captured, d ys, remembered, captured].
  const [dCarry, dYs] = [joint.inputs.slice(n, n + places.carries.length), joint.inputs.slice(n + places.carries.length)];
  const k = places.carries.length;
  const [gCarry, gSlices, gCaptured] = [grads.slice(0, k), grads.slice(k, k + places.slices.length), grads.slice(k + places.slices.length)];
  // What each backward step gives: the gradients of slices, and what sums after the loop are made of.
  const given = [...gSlices];
  const placeOf = (v: Value): number => {
    if (!late.has(v)) return remembered.get(v)!;
    const at = given.indexOf(v);
    return n + hidden.length + (at < 0 ? given.push(v) - 1 : at);
  };
  const isStacked = (v: Value): boolean => late.has(v) || (remembered.has(v) && !isCaptured(v));
  const later = gCaptured.map(({ node }): Later | undefined => {
    if (!node?.inputs.every(isStacked)) return undefined;
    const sum = node.op.sumOfMany?.(
      node.inputs.map(({ spec }) => makeSpec([length, ...spec.shape], spec.dtype)),
      node.attrs,
    );
    return sum && { sum, of: node.inputs.map(placeOf) };
  });
  const gSums = gCaptured.filter((_, i) => !later[i]);
  const sums = gSums.map((g) => inputValue(g.spec));
  const core: Graph = {
    inputs: [...dCarry, ...dYs, ...remembers],
    outputs: [...gCarry, ...given, ...gSums],
  };
  const backward = trace(
    "scan",
    [...dCarry, ...sums, ...dYs, ...remembers].map((v) => v.spec),
    (inputs) => {
      const rest = inputs.slice(k + sums.length);
      const results = inline(core, [...inputs.slice(0, k), ...rest]);
      const added = sums.map((_, i) => add(inputs[k + i]!, results[k + given.length + i]!));
      return [...results.slice(0, k), ...added, ...results.slice(k, k + given.length)];
    },
  ).graph;
  backwards.set(forward, { ...places, graph: backward, reads, later });
  return { body: forward, hidden: hidden.length };
}

export function scanGradient(
  op: Op<ScanAttrs>,
  dys: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attrs: ScanAttrs,
): Grad[] {
  const { body, carry, xs, length, reverse, hidden } = attrs;
  const b = backwards.get(body);
  if (!b)
    throw new GradientError("scan", "ran before a tape listened, so its gradient has nothing to read", {
      hint: "Record it inside the tape.",
    });
  const visible = body.outputs.length - hidden;
  if (dys.slice(visible).some((d) => d)) {
    // A gradient of the gradient reaches what was remembered: run again with that as outputs like any other.
    const again = withResiduals(attrs);
    const all = recording([], () => dispatch(op, inputs, again));
    return scanGradient(op, dys, inputs, all, again);
  }
  const seed = (i: number): Tensor => dys[i] ?? zeros(outputs[i]!.dims, outputs[i]!.dtype);
  const zeroSums = b.captured.filter((_, k) => !b.later[k]).map((i) => zerosLike(inputs[carry + xs + i]!));
  const forward = [...inputs, ...outputs.slice(visible)];
  const stepReads = b.reads.filter((r) => !isBetween(r, carry + xs, inputs.length));
  const backwardAttrs: ScanAttrs = {
    body: b.graph,
    carry: b.carries.length + zeroSums.length,
    xs: b.ys.length + stepReads.length,
    length,
    reverse: !reverse,
    hidden: 0,
  };
  const given = [...b.carries.map(seed), ...zeroSums, ...b.ys.map((i) => seed(carry + i)), ...b.reads.map((r) => forward[r]!)];
  const results = dispatch(op, given, backwardAttrs);
  const grads: Grad[] = inputs.map(() => null);
  const sums = results.slice(b.carries.length);
  const steps = sums.splice(zeroSums.length);
  const all = [...forward, ...steps];
  b.carries.forEach((i, k) => {
    grads[i] = results[k]!;
  });
  b.captured.forEach((i, k) => {
    const later = b.later[k];
    grads[carry + xs + i] = later ? later.sum(later.of.map((place) => all[place]!)) : sums.shift()!;
  });
  b.slices.forEach((i, k) => {
    grads[carry + i] = steps[k]!;
  });
  return grads;
}
