/** A kernel as one WebAssembly function. */
import { type Axis, accumulator, type IndexCheck, type Kernel, operands, topological } from "@antler/compiler";
import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { Access } from "./access.ts";
import type { Code } from "./code.ts";
import { emitConstant, emitNode } from "./lanes.ts";
import { dependence, type Schedule, schedule } from "./schedule.ts";
import { Scope } from "./scope.ts";
import { Walk } from "./walk.ts";

/** Parameters: the buffers' addresses, the params, and for a blocked kernel row0, row1, column0, column1; all i32. */
export interface EmitOptions {
  readonly relaxed: boolean;
  /** The number a fault is noted with, from 1. */
  checkId(check: IndexCheck): number;
}
export function emitKernel(kernel: Kernel, { relaxed, checkId }: EmitOptions): FunctionBuilder {
  return new KernelEmitter(schedule(kernel, checkId), relaxed).run();
}

class KernelEmitter {
  readonly #f: FunctionBuilder;
  readonly #plan: Schedule;
  readonly #walk: Walk;
  readonly #access: Access;
  readonly #varies: (e: Code) => boolean;
  readonly #dependences = new Map<Axis, (e: Code) => boolean>();
  /** The loops the emitter is inside of. */
  readonly #open: Axis[] = [];

  constructor(plan: Schedule, relaxed: boolean) {
    this.#plan = plan;
    this.#f = new FunctionBuilder({ relaxed });
    this.#walk = new Walk(this.#f, plan.kernel);
    const varies = plan.vector ? dependence(plan.vector) : () => false;
    const accumulates = new Map<Code, boolean>();
    const accDepends = (e: Code): boolean => {
      let d = accumulates.get(e);
      if (d === undefined) accumulates.set(e, (d = e.op === "acc" || e.args.some(accDepends)));
      return d;
    };
    // Accumulators of a vertical fold differ from lane to lane.
    this.#varies = (e) => varies(e) || (!!plan.kernel.fold && accDepends(e) && plan.vector !== undefined && !this.#post());
    this.#access = new Access(this.#walk, plan, varies);
  }
  #inPost = false;
  /** After a horizontal fold all lanes are equal. */
  #post(): boolean {
    return this.#inPost && this.#plan.horizontal;
  }

  run(): FunctionBuilder {
    const { kernel, stores } = this.#plan;
    const step = this.#stepCode();
    for (const e of topological([...stores.map((s) => s.value), ...step])) {
      if (e.op === "load") this.#access.declare(e);
    }
    for (const s of stores) this.#walk.declare(s.slot, s.index);
    if (!kernel.fold) this.#map();
    else if (this.#plan.horizontal) this.#horizontal(step);
    else this.#vertical(step);
    return this.#f;
  }

  /** The next accumulators, from the present ones and an element. */
  #stepCode(): Code[] {
    const { kernel, selector } = this.#plan;
    if (!kernel.fold) return [];
    const accs = kernel.fold.zero.map((z, k) => accumulator(z.dtype, k));
    return kernel.fold.combine(accs, kernel.fold.lift).map((e) => selector.code(e));
  }

  // ---- Loops

  #loops(axes: readonly Axis[], roots: readonly Code[], scope: Scope, body: (scope: Scope) => void): void {
    const [axis, ...rest] = axes;
    if (!axis) return body(scope);
    this.#walk.loop(axis, () => {
      this.#open.push(axis);
      const inner = new Scope(scope);
      this.#emitReady(roots, inner, 1, 1);
      this.#loops(rest, roots, inner, body);
      this.#open.pop();
    });
  }
  #vectorLoop(axis: Axis, scope: Scope, body: (scope: Scope, units: number, lanes: 1 | 4) => void): void {
    this.#walk.vectorLoop(axis, this.#plan.unroll, (units, lanes) => {
      this.#open.push(axis);
      body(new Scope(scope), units, lanes);
      this.#open.pop();
    });
  }

  #map(): void {
    const { space, vector } = this.#plan;
    const roots = this.#plan.stores.map((s) => s.value);
    const top = new Scope();
    this.#emitReady(roots, top, 1, 1);
    if (!vector) return this.#store(top, 1, 1);
    this.#loops(space.slice(0, -1), roots, top, (scope) => {
      this.#vectorLoop(vector, scope, (inner, units, lanes) => {
        this.#emitReady(roots, inner, units, lanes);
        this.#store(inner, units, lanes);
      });
    });
  }

  #vertical(step: readonly Code[]): void {
    const { space, fold, vector } = this.#plan;
    const roots = [...step, ...this.#plan.stores.map((s) => s.value)];
    const top = new Scope();
    this.#emitReady(roots, top, 1, 1);
    const body = (scope: Scope, units: number, lanes: 1 | 4): void => {
      const accs = this.#accumulators(units);
      const withAccs = this.#bind(new Scope(scope), accs);
      this.#emitReady(step, withAccs, units, lanes);
      this.#foldLoops(fold, step, withAccs, units, lanes, accs);
      this.#finish(scope, accs, units, lanes);
    };
    if (!vector) return body(top, 1, 1);
    this.#loops(space.slice(0, -1), roots, top, (scope) => this.#vectorLoop(vector, scope, body));
  }
  #foldLoops(
    axes: readonly Axis[],
    step: readonly Code[],
    scope: Scope,
    units: number,
    lanes: 1 | 4,
    accs: readonly (readonly Local[])[],
  ): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      const inner = new Scope(scope);
      this.#emitAll(step, inner, units, lanes);
      return this.#advance(step, inner, accs);
    }
    this.#walk.loop(axis, () => {
      this.#open.push(axis);
      const inner = new Scope(scope);
      if (rest.length) this.#emitReady(step, inner, units, lanes);
      this.#foldLoops(rest, step, inner, units, lanes, accs);
      this.#open.pop();
    });
  }

  #horizontal(step: readonly Code[]): void {
    const { space, fold, vector, unroll } = this.#plan;
    const roots = [...step, ...this.#plan.stores.map((s) => s.value)];
    const top = new Scope();
    this.#emitReady(roots, top, 1, 1);
    this.#loops(space, roots, top, (scope) => {
      const accs = this.#accumulators(unroll);
      const tail = this.#accumulators(1);
      this.#loops(fold.slice(0, -1), step, scope, (outer) => {
        this.#vectorLoop(vector!, outer, (inner, units, lanes) => {
          const mine = lanes === 1 ? tail : accs;
          const bound = this.#bind(inner, mine);
          this.#emitAll(step, bound, units, lanes);
          this.#advance(step, bound, mine);
        });
      });
      this.#finish(scope, this.#total(accs, tail), 1, 1);
    });
  }

  // ---- Accumulators

  #accumulators(units: number): Local[][] {
    return this.#plan.kernel.fold!.zero.map((z) => {
      const code = this.#plan.selector.code(z);
      return Array.from({ length: units }, () => {
        const l = this.#f.local("v128");
        emitConstant(this.#f, code);
        this.#f.set(l);
        return l;
      });
    });
  }
  #bind(scope: Scope, accs: readonly (readonly Local[])[]): Scope {
    this.#plan.kernel.fold!.zero.forEach((z, k) => scope.set(this.#plan.selector.code(accumulator(z.dtype, k)), accs[k]!));
    return scope;
  }
  #advance(step: readonly Code[], scope: Scope, accs: readonly (readonly Local[])[]): void {
    const next = step.map((e) => scope.get(e)!);
    const units = next[0]!.length;
    // All are read before any is written: the tuple moves at once.
    for (let u = 0; u < units; u++) {
      for (const locals of next) this.#f.get(locals[u] ?? locals[0]!);
      for (let k = next.length - 1; k >= 0; k--) this.#f.set(accs[k]![u]!);
    }
  }
  /** Combines two tuples into the first. */
  #merge(into: readonly Local[], from: readonly Local[]): void {
    const { fold } = this.#plan.kernel;
    const { selector } = this.#plan;
    const left = fold!.zero.map((z, k) => accumulator(z.dtype, k));
    const right = fold!.zero.map((z, k) => accumulator(z.dtype, k + left.length));
    const codes = fold!.combine(left, right).map((e) => selector.code(e));
    const scope = new Scope();
    left.forEach((e, k) => scope.set(selector.code(e), [into[k]!]));
    right.forEach((e, k) => scope.set(selector.code(e), [from[k]!]));
    this.#emitAll(codes, scope, 1, 4);
    this.#advance(
      codes,
      scope,
      into.map((l) => [l]),
    );
  }
  /** All units and lanes, and the tail, as one tuple with equal lanes. */
  #total(accs: readonly (readonly Local[])[], tail: readonly (readonly Local[])[]): Local[][] {
    const unit = (u: number): Local[] => accs.map((a) => a[u]!);
    for (let half = this.#plan.unroll >> 1; half > 0; half >>= 1) for (let u = 0; u < half; u++) this.#merge(unit(u), unit(u + half));
    const first = unit(0);
    for (const lanes of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ] as const) {
      const turned = first.map((l) => {
        const t = this.#f.local("v128");
        this.#f.get(l).get(l).i32x4Shuffle(lanes[0], lanes[1], lanes[2], lanes[3]).set(t);
        return t;
      });
      this.#merge(first, turned);
    }
    this.#merge(
      first,
      tail.map((t) => t[0]!),
    );
    return first.map((l) => [l]);
  }

  #finish(scope: Scope, accs: readonly (readonly Local[])[], units: number, lanes: 1 | 4): void {
    this.#inPost = true;
    const post = this.#bind(new Scope(scope), accs);
    this.#emitAll(
      this.#plan.stores.map((s) => s.value),
      post,
      units,
      lanes,
    );
    this.#store(post, units, lanes);
    this.#inPost = false;
  }

  // ---- Code

  #depends(e: Code, axis: Axis): boolean {
    let d = this.#dependences.get(axis);
    if (!d) this.#dependences.set(axis, (d = dependence(axis)));
    return d(e);
  }
  /** Emits every node that depends on no loop further in, so that it is done once here. */
  #emitReady(roots: readonly Code[], scope: Scope, units: number, lanes: 1 | 4): void {
    const all = [...this.#plan.space, ...this.#plan.fold];
    const closed = all.filter((a) => !this.#open.includes(a));
    const ready = new Map<Code, boolean>();
    const isReady = (e: Code): boolean => {
      let r = ready.get(e);
      if (r === undefined) {
        r = e.op !== "acc" && !closed.some((a) => this.#depends(e, a)) && operands(e).every(isReady);
        ready.set(e, r);
      }
      return r;
    };
    const nodes = topological(roots);
    const used = new Set([...roots, ...nodes.filter((e) => !isReady(e)).flatMap(operands)]);
    this.#emitAll(
      nodes.filter((e) => isReady(e) && used.has(e)),
      scope,
      units,
      lanes,
    );
  }

  /** Emits the roots and what they need. Units take turns at each node, to hide its latency. */
  #emitAll(roots: readonly Code[], scope: Scope, units: number, lanes: 1 | 4): void {
    const f = this.#f;
    for (const e of topological(roots, (x) => scope.get(x))) {
      const count = this.#varies(e) || this.#accVaries(e, scope) ? units : 1;
      const locals: Local[] = [];
      for (let u = 0; u < count; u++) {
        const l = f.local("v128");
        if (e.op === "const") emitConstant(f, e);
        else if (e.op === "load") this.#access.load(e, u, lanes, scope);
        else if (e.op === "index") this.#access.index(e, u, lanes, scope);
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
  #accVaries(e: Code, scope: Scope): boolean {
    return e.args.some((a) => (scope.get(a)?.length ?? 1) > 1);
  }
  #store(scope: Scope, units: number, lanes: 1 | 4): void {
    for (const s of this.#plan.stores) for (let u = 0; u < units; u++) this.#access.store(s, scope.at(s.value, u), u, lanes);
  }
}
