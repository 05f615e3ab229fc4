/** A kernel as one WebAssembly function. */
import { type Axis, accumulator, type Expr, type IndexCheck, type Kernel, operands, topological } from "@antler/compiler";
import type { FunctionTable } from "@antler/compiler/machine";
import { type Code, isWide } from "@antler/compiler/machine";
import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { turnSquare } from "../wasm/square.ts";
import { accessOf, type Going } from "./access.ts";
import { emitConstant, emitNode } from "./lanes.ts";
import { dependence, type Lanes, schedule } from "./schedule.ts";
import { Scope } from "./scope.ts";
import { STRIP_ROWS, Strip, stripColumns } from "./strips.ts";
import { type Steps, Walk } from "./walk.ts";

/** Columns of a strip of tiles. */
const STRIP = 64;
/** Rows of a strip that are done before other loops between rows and columns move on: a cache line's. */
const BLOCK = 16;

export interface EmitOptions {
  readonly relaxed: boolean;
  readonly functionOf: FunctionTable;
  /** The number a fault is noted with, from 1. */
  checkId(check: IndexCheck): number;
}
export interface EmittedKernel {
  /**
   * Its one parameter is the address of its arguments: that of accumulators, if it keeps any in memory, the buffers' addresses, the
   * params, and where each of `rangedAxes` begins and ends.
   */
  readonly code: FunctionBuilder;
  readonly hasAccumulators: boolean;
  /** Ranges of the outermost loop begin at multiples of this, and there are so many at most. */
  readonly grain: number;
  readonly mostPieces: number;
  /** Time per place of all loops on one thread, roughly. */
  readonly nanoseconds: number;
}

export function emitKernel(kernel: Kernel, { relaxed, functionOf, checkId }: EmitOptions): EmittedKernel {
  const plan = schedule(kernel, functionOf, checkId);
  const { selector, space, fold, vector, stores, unroll } = plan;
  const f = new FunctionBuilder({ relaxed });
  const columns = stripColumns(plan);
  const walk = new Walk(f, kernel, columns > 0);
  /** The next accumulators, from the present ones and an element. */
  const step = kernel.fold ? kernel.fold.combine(accumulatorsFrom(0), kernel.fold.lift).map((e) => selector.code(e)) : [];
  const roots = [...step, ...stores.map((s) => s.value)];
  /** The loops the emitter is inside of. */
  const open: Axis[] = [];
  const dependences = new Map<Axis, (e: Code) => boolean>();
  const accumulated = new Map<Code, boolean>();
  const going: Going = { lanes: vector, units: vector };
  const access = accessOf(walk, plan, going, (e) => going.lanes !== undefined && depends(e, going.lanes));

  for (const e of topological(roots)) if (e.op === "load") access.declare(e);
  for (const s of stores) walk.declare(s.slot, s.index);
  if (plan.across) emitTiles(vector!, plan.across);
  else if (!kernel.fold) emitMap();
  else if (plan.horizontal) emitHorizontal();
  else if (columns > 0) emitStrips();
  else emitVertical();
  return { code: f, hasAccumulators: columns > 0, grain: plan.grain, mostPieces: plan.mostPieces, nanoseconds: plan.nanoseconds };

  function accumulatorsFrom(first: number): Expr[] {
    return kernel.fold!.zero.map((z, k) => accumulator(z.dtype, first + k));
  }
  function varies(e: Code): boolean {
    return going.units !== undefined && (depends(e, going.units) || dependsOnAccumulators(e));
  }
  function dependsOnAccumulators(e: Code): boolean {
    let d = accumulated.get(e);
    if (d === undefined) accumulated.set(e, (d = e.op === "acc" || e.args.some(dependsOnAccumulators)));
    return d;
  }

  // ---- Loops

  function loops(axes: readonly Axis[], roots: readonly Code[], scope: Scope, body: (scope: Scope) => void, within = 0): void {
    const [axis, ...rest] = axes;
    if (!axis) return body(scope);
    const place = (): void => {
      open.push(axis);
      const inner = new Scope(scope);
      emitReady(roots, inner, 1, 1);
      loops(rest, roots, inner, body);
      open.pop();
    };
    walk.loop(axis, place, { within });
  }
  function vectorLoop(axis: Axis, scope: Scope, body: (scope: Scope, units: number, lanes: Lanes) => void, steps: Steps = plan): void {
    walk.vectorLoop(axis, steps, (units, lanes) => {
      open.push(axis);
      body(new Scope(scope), units, lanes);
      open.pop();
    });
  }

  function emitMap(): void {
    const top = new Scope();
    emitReady(roots, top, 1, 1);
    if (!vector) return make(top, 1, 1);
    loops(space.slice(0, -1), roots, top, (scope) => {
      vectorLoop(vector, scope, make);
    });
  }

  /** Squares of two axes, and what is left of either; by strips of columns, so that a strip's lines stay in the caches. */
  function emitTiles(columns: Axis, rows: Axis): void {
    const top = new Scope();
    emitReady(roots, top, 1, 1);
    const { width } = plan;
    const at = space.indexOf(rows);
    const block = (scope: Scope): void =>
      walk.vectorLoop(rows, { unroll: 1, width, within: BLOCK }, (_, high) => {
        const within = { within: STRIP };
        if (high === 1) return vectorLoop(columns, scope, make, { ...plan, ...within });
        walk.vectorLoop(columns, { unroll: 1, width, ...within }, (_, wide) => {
          if (wide === 1) return walk.loop(rows, () => make(new Scope(scope), 1, 1), { within: high });
          going.units = rows;
          make(new Scope(scope), high, wide);
          going.units = columns;
        });
      });
    loops(space.slice(0, at), roots, top, (scope) => {
      const between = (): void => loops(space.slice(at + 1, -1), roots, scope, block);
      walk.loop(columns, () => walk.loop(rows, between, { step: BLOCK }), { step: STRIP });
    });
  }

  function emitVertical(): void {
    const top = new Scope();
    emitReady(roots, top, 1, 1);
    const body = (scope: Scope, units: number, lanes: Lanes): void => {
      const accs = accumulators(units);
      const withAccs = bind(new Scope(scope), accs);
      emitReady(step, withAccs, units, lanes);
      foldLoops(fold, step, withAccs, units, lanes, accs);
      finish(scope, accs, units, lanes);
    };
    if (!vector) return body(top, 1, 1);
    loops(space.slice(0, -1), roots, top, (scope) => vectorLoop(vector, scope, body));
  }
  function emitStrips(): void {
    const top = new Scope();
    emitReady(roots, top, 1, 1);
    const strip = new Strip(walk, vector!, columns, plan.width);
    const steps = { ...plan, within: columns };
    const rows = fold.at(-1)!;
    const zero = (_: Scope, units: number, lanes: Lanes): void => {
      strip.find();
      strip.store(accumulators(units), lanes);
    };
    const some = (scope: Scope, units: number, lanes: Lanes): void => {
      const accs = kept(units);
      const withAccs = bind(new Scope(scope), accs);
      emitReady(step, withAccs, units, lanes);
      foldLoops([rows], step, withAccs, units, lanes, accs, STRIP_ROWS);
      strip.store(accs, lanes);
    };
    const kept = (units: number): Local[][] => {
      const accs = kernel.fold!.zero.map(() => Array.from({ length: units }, () => f.local("v128")));
      strip.find();
      strip.load(accs);
      return accs;
    };
    const whole = (scope: Scope): void => {
      strip.begin();
      vectorLoop(vector!, scope, zero, steps);
      loops(fold.slice(0, -1), step, scope, (outside) => {
        walk.loop(rows, () => vectorLoop(vector!, outside, some, steps), { step: STRIP_ROWS });
      });
      vectorLoop(vector!, scope, (inner, units, lanes) => finish(inner, kept(units), units, lanes), steps);
    };
    loops(space.slice(0, -1), roots, top, (scope) => walk.loop(vector!, () => whole(scope), { step: columns }));
  }
  /** @param within how much of the first axis, in a loop over the same */
  function foldLoops(
    axes: readonly Axis[],
    step: readonly Code[],
    scope: Scope,
    units: number,
    lanes: Lanes,
    accs: readonly (readonly Local[])[],
    within = 0,
  ): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      const inner = new Scope(scope);
      emitAll(step, inner, units, lanes);
      return advance(step, inner, accs);
    }
    const place = (): void => {
      open.push(axis);
      const inner = new Scope(scope);
      if (rest.length) emitReady(step, inner, units, lanes);
      foldLoops(rest, step, inner, units, lanes, accs);
      open.pop();
    };
    walk.loop(axis, place, { within });
  }

  /** Rows are folded one after the other; what comes after takes as many at once as there are lanes in some vectors. */
  function emitHorizontal(): void {
    const top = new Scope();
    emitReady(roots, top, 1, 1);
    const { width, gathered } = plan;
    if (!gathered)
      return loops(space, roots, top, (scope) =>
        finishRows(
          scope,
          rowsOf((one) => one(scope), 1),
          1,
          1,
        ),
      );
    const row = space.at(-1)!;
    loops(space.slice(0, -1), roots, top, (scope) => {
      walk.vectorLoop(row, { unroll: gathered, width }, (units, lanes) => {
        const sums = accumulators(units);
        const unit = (): void => {
          const found = rowsOf((one) => loops([row], step, scope, one, lanes), lanes);
          sums.forEach((list, k) => shift(list, found[k]![0]!));
        };
        if (units === 1) unit();
        else walk.loop(row, unit, { step: lanes, within: units * lanes });
        finishRows(scope, sums, units, lanes);
      });
    });
  }
  /** What rows come to, one a lane, or a single one in all lanes; `each` emits what is done for each row. */
  function rowsOf(each: (one: (scope: Scope) => void) => void, lanes: Lanes): Local[][] {
    const { width } = plan;
    const { extent } = vector!;
    const isWhole = typeof extent === "number" && extent % width === 0;
    const kept = accumulators(lanes);
    const tails = accumulators(lanes);
    each((scope) => {
      const accs = accumulators(unroll);
      const tail = accumulators(1);
      const one = (inner: Scope, units: number, lanes: Lanes): void => {
        const mine = lanes === 1 ? tail : accs;
        const bound = bind(inner, mine);
        emitAll(step, bound, units, lanes);
        advance(step, bound, mine);
      };
      loops(fold.slice(0, -1), step, scope, (outer) => vectorLoop(vector!, outer, one));
      merged(accs).forEach((l, k) => shift(kept[k]!, l));
      tail.forEach(([l], k) => shift(tails[k]!, l!));
    });
    const squares = (lists: readonly (readonly Local[])[]): Local[][] =>
      lists.map((list, k) => {
        const rows = Array.from({ length: width }, (_, u) => list[u % lanes]!);
        return turnSquare(f, rows, isWide(kernel.fold!.zero[k]!.dtype));
      });
    // What was in lanes is in vectors then.
    const sums = merged(squares(kept));
    if (!isWhole)
      merge(
        sums,
        squares(tails).map(([l]) => l!),
      );
    return sums.map((l) => [l]);
  }
  /** Each takes the place of the one before, and one more that of the last. */
  function shift(list: readonly Local[], last: Local): void {
    list.forEach((to, u) => f.get(list[u + 1] ?? last).set(to));
  }
  /** What comes after a horizontal fold, whose own axis is left: lanes are rows. */
  function finishRows(scope: Scope, sums: readonly (readonly Local[])[], units: number, lanes: Lanes): void {
    going.lanes = going.units = space.at(-1);
    finish(scope, sums, units, lanes);
    going.lanes = going.units = vector;
  }

  // ---- Accumulators

  function accumulators(units: number): Local[][] {
    return kernel.fold!.zero.map((z) => {
      const code = selector.code(z);
      return Array.from({ length: units }, () => {
        const l = f.local("v128");
        emitConstant(f, code);
        f.set(l);
        return l;
      });
    });
  }
  function bind(scope: Scope, accs: readonly (readonly Local[])[]): Scope {
    kernel.fold!.zero.forEach((z, k) => scope.set(selector.code(accumulator(z.dtype, k)), accs[k]!));
    return scope;
  }
  function advance(step: readonly Code[], scope: Scope, accs: readonly (readonly Local[])[]): void {
    const next = step.map((e) => scope.get(e)!);
    const units = next[0]!.length;
    // All are read before any is written: the tuple moves at once.
    for (let u = 0; u < units; u++) {
      for (const locals of next) f.get(locals[u] ?? locals[0]!);
      for (let k = next.length - 1; k >= 0; k--) f.set(accs[k]![u]!);
    }
  }
  /** Combines two tuples into the first. */
  function merge(into: readonly Local[], from: readonly Local[]): void {
    const left = accumulatorsFrom(0);
    const right = accumulatorsFrom(left.length);
    const codes = kernel.fold!.combine(left, right).map((e) => selector.code(e));
    const scope = new Scope();
    left.forEach((e, k) => scope.set(selector.code(e), [into[k]!]));
    right.forEach((e, k) => scope.set(selector.code(e), [from[k]!]));
    emitAll(codes, scope, 1, plan.width);
    advance(
      codes,
      scope,
      into.map((l) => [l]),
    );
  }
  /** All units as one tuple. */
  function merged(accs: readonly (readonly Local[])[]): Local[] {
    const unit = (u: number): Local[] => accs.map((a) => a[u]!);
    for (let half = accs[0]!.length >> 1; half > 0; half >>= 1) for (let u = 0; u < half; u++) merge(unit(u), unit(u + half));
    return unit(0);
  }

  function finish(scope: Scope, accs: readonly (readonly Local[])[], units: number, lanes: Lanes): void {
    make(bind(new Scope(scope), accs), units, lanes);
  }
  /** Emits what is stored, and stores it. */
  function make(scope: Scope, units: number, lanes: Lanes): void {
    emitAll(
      stores.map((s) => s.value),
      scope,
      units,
      lanes,
    );
    for (const s of stores) for (let u = 0; u < units; u++) access.store(s, scope.at(s.value, u), u, lanes);
  }

  // ---- Code

  function depends(e: Code, axis: Axis): boolean {
    let d = dependences.get(axis);
    if (!d) dependences.set(axis, (d = dependence(axis)));
    return d(e);
  }
  /** Emits every node that depends on no loop further in, so that it is done once here. */
  function emitReady(roots: readonly Code[], scope: Scope, units: number, lanes: Lanes): void {
    const all = [...space, ...fold];
    const closed = all.filter((a) => !open.includes(a));
    const ready = new Map<Code, boolean>();
    const isReady = (e: Code): boolean => {
      let r = ready.get(e);
      if (r === undefined) {
        r = e.op !== "acc" && !closed.some((a) => depends(e, a)) && operands(e).every(isReady);
        ready.set(e, r);
      }
      return r;
    };
    const nodes = topological(roots);
    const used = new Set([...roots, ...nodes.filter((e) => !isReady(e)).flatMap(operands)]);
    emitAll(
      nodes.filter((e) => isReady(e) && used.has(e)),
      scope,
      units,
      lanes,
    );
  }

  /** Emits the roots and what they need. Units take turns at each node, to hide its latency. */
  function emitAll(roots: readonly Code[], scope: Scope, units: number, lanes: Lanes): void {
    for (const e of topological(roots, (x) => scope.get(x))) {
      const count = varies(e) || accVaries(e, scope) ? units : 1;
      const locals: Local[] = [];
      for (let u = 0; u < count; u++) {
        const l = f.local("v128");
        if (e.op === "const") emitConstant(f, e);
        else if (e.op === "load") access.load(e, u, lanes, scope);
        else if (e.op === "index") access.index(e, u, lanes, scope);
        else
          emitNode(
            f,
            e,
            e.args.map((a) => scope.at(a, u)),
          );
        f.set(l);
        locals.push(l);
      }
      scope.set(e, locals);
    }
  }
  /** A node over accumulators of several units has as many units itself. */
  function accVaries(e: Code, scope: Scope): boolean {
    return e.args.some((a) => (scope.get(a)?.length ?? 1) > 1);
  }
}
