/** The heart of lowering: the element of a value at an index, as one scalar expression. */
import {
  type DType,
  evaluator,
  type FoldHow,
  identityKey,
  type MapHow,
  type Node,
  remember,
  type Value,
  type ViewHow,
} from "@antler/tensor-core";
import * as s from "@antler/tensor-core/scalars";
import {
  type Axis,
  addIndex,
  axisIndex,
  bounds,
  constantIndex,
  dataIndex,
  divIndex,
  type Index,
  type IndexCheck,
  modIndex,
  newAxis,
  scaleIndex,
  subIndex,
} from "./affine.ts";
import type { Expr } from "./kernel.ts";
import { mulSize, type Size, sizeOfDim, surelyLess } from "./size.ts";

/** A load before buffers are numbered. */
export interface ValueLoad {
  readonly value: Value;
  readonly index: Index;
}
/** A fold that a kernel carries out on the way to its root. */
export interface LoweredFold {
  readonly value: Value;
  readonly axes: readonly Axis[];
  readonly zero: readonly Expr[];
  readonly lift: readonly Expr[];
  combine(a: readonly Expr[], b: readonly Expr[]): readonly Expr[];
}

type Any = never;

/** The place of an element in row-major storage. */
export function flatIndex(value: Value, at: readonly Index[]): Index {
  let flat = constantIndex(0);
  value.spec.shape.forEach((d, k) => {
    flat = addIndex(scaleIndex(flat, sizeOfDim(d)), at[k]!);
  });
  return flat;
}
/** An index as an expression. */
export const indexLeaf = (i: Index): Expr =>
  i.terms.length === 0 && typeof i.constant === "number" ? s.num(i.constant, "int32") : { op: "index", args: [], dtype: "int32", value: i };

export class Lowering {
  /** For values that are read from memory, the one whose memory it is. */
  readonly #stored: (v: Value) => Value | undefined;
  /** Stored or not, the value being made, and folds made on the way. */
  readonly #inlineFold: (v: Value) => boolean;
  readonly #memo = new Map<Value, Map<string, Expr>>();
  readonly #loads = new Map<string, Expr>();
  readonly #root: Value | undefined;
  fold: LoweredFold | undefined;
  #foldPlace: string | undefined;

  constructor(root: Value | undefined, stored: (v: Value) => Value | undefined, inlineFold: (v: Value) => boolean) {
    this.#root = root;
    this.#stored = stored;
    this.#inlineFold = inlineFold;
  }

  /** The root's element at an index. */
  rootElement(at: readonly Index[]): Expr {
    return this.#compute(this.#root!, at, undefined);
  }

  /** The element of a value at an index; where `guard` is false memory must not be read. */
  element(v: Value, at: readonly Index[], guard?: Expr): Expr {
    const memory = v === this.#root ? undefined : this.#stored(v);
    return memory ? this.#load(memory, flatIndex(v, at), guard) : this.#compute(v, at, guard);
  }

  #load(v: Value, index: Index, guard: Expr | undefined): Expr {
    const key = `${identityKey(v)}:${index.key}:${guard ? identityKey(guard) : ""}`;
    return remember(this.#loads, key, () => s.leaf("load", v.spec.dtype, { value: v, index } satisfies ValueLoad, guard ? [guard] : []));
  }

  #compute(v: Value, at: readonly Index[], guard: Expr | undefined): Expr {
    const key = `${at.map((i) => i.key).join(",")}:${guard ? identityKey(guard) : ""}`;
    const known = remember(this.#memo, v, () => new Map<string, Expr>());
    return remember(known, key, () => this.#build(v, v.node!, at, guard));
  }

  #build(v: Value, node: Node, at: readonly Index[], guard: Expr | undefined): Expr {
    const { how } = node.op;
    if (how.kind === "map") return this.#map(v, node, how, at, guard);
    if (how.kind === "view") return this.#view(v, node, how, at, guard);
    if (how.kind === "source") {
      const specs = node.inputs.map((x) => x.spec);
      return this.#lower(how.element(at.map(indexLeaf), node.attrs as Any, specs, v.spec), node, guard);
    }
    if (how.kind === "fold" && (v === this.#root || this.#inlineFold(v))) return this.#fold(v, node, how, at, guard);
    throw new Error(`internal: a ${how.kind} (${node.op.name}) inside a kernel`);
  }

  #broadcast(x: Value, at: readonly Index[], guard: Expr | undefined): Expr {
    const { shape } = x.spec;
    return this.element(
      x,
      shape.map((d, k) => (d === 1 ? constantIndex(0) : at[k + at.length - shape.length]!)),
      guard,
    );
  }

  #map(v: Value, node: Node, how: MapHow<Any>, at: readonly Index[], guard: Expr | undefined): Expr {
    const inputs = node.inputs.map((x) => this.#broadcast(x, at, guard));
    const bodies = how.body(
      inputs,
      node.attrs as Any,
      node.inputs.map((x) => x.spec),
    );
    return simplify(bodies[v.index]!, new Map());
  }

  #view(v: Value, node: Node, how: ViewHow<Any>, at: readonly Index[], guard: Expr | undefined): Expr {
    const specs = node.inputs.map((x) => x.spec);
    const pieces = how.at(at.map(indexLeaf), node.attrs as Any, specs, v.spec);
    let result = s.num(how.fill?.(node.attrs as Any) ?? 0, v.spec.dtype);
    for (const p of [...pieces].reverse()) {
      const valid = p.valid && this.#lower(p.valid, node, guard);
      if (valid && isConstant(valid, 0)) continue;
      const sure = !valid || isConstant(valid, 1);
      const inner = sure ? guard : guard ? s.and(guard, valid) : valid;
      const index = p.index.map((e, k) =>
        this.#toIndex(
          e,
          node,
          guard,
          p.checked ? { below: sizeOfDim(specs[p.input]!.shape[k]!), op: node.op.name, axis: k, inputs: specs } : undefined,
        ),
      );
      const element = this.element(node.inputs[p.input]!, index, inner);
      result = sure ? element : select(valid, element, result);
    }
    return result;
  }

  #fold(v: Value, node: Node, how: FoldHow<Any>, at: readonly Index[], guard: Expr | undefined): Expr {
    const attrs = node.attrs as Any;
    const specs = node.inputs.map((x) => x.spec);
    const reduced = how.axes(attrs);
    const shape = specs[0]!.shape;
    const place = at.map((i) => i.key).join();
    if (this.fold && this.#foldPlace !== place) throw new Error(`internal: ${node.op.name} is folded at two places of one kernel`);
    if (!this.fold) {
      this.#foldPlace = place;
      const axes = reduced.map((a) => newAxis(sizeOfDim(shape[a]!)));
      let next = 0;
      const index = shape.map((_, k) => (reduced.includes(k) ? axisIndex(axes[reduced.indexOf(k)]!) : at[next++]!));
      const elements = node.inputs.map((x) => this.#broadcast(x, index, guard));
      let position = constantIndex(0);
      for (const axis of axes) position = addIndex(scaleIndex(position, axis.extent), axisIndex(axis));
      const memo = new Map<Expr, Expr>();
      const lift = (how.lift ? how.lift(elements, indexLeaf(position), attrs) : elements).map((e) => simplify(e, memo));
      const zero = how.zero(attrs, specs);
      this.fold = { value: v, axes: axes.filter((a) => a.extent !== 1), zero, lift, combine: (a, b) => how.combine(a, b, attrs) };
    }
    const acc = this.fold.zero.map((z, k) => accumulator(z.dtype, k));
    const finished = how.finish ? how.finish(acc, attrs, specs) : acc;
    return simplify(this.#lower(finished[v.index]!, node, guard), new Map());
  }

  /** An expression of an op's definition, with its reads and indices resolved. */
  #lower(e: Expr, node: Node, guard: Expr | undefined): Expr {
    const memo = new Map<Expr, Expr>();
    const visit = (x: Expr): Expr => remember(memo, x, () => lowered(x));
    const lowered = (x: Expr): Expr => {
      const index = this.#tryIndex(x, visit);
      if (index) return indexLeaf(index);
      if (x.op !== "read") return simplifyNode(s.withArgs(x, x.args.map(visit)));
      const at = x.args.map((a) => this.#toIndex(a, node, guard));
      return this.element(node.inputs[x.value as number]!, at, guard);
    };
    return visit(e);
  }

  /** An integer expression as an index; what is not index arithmetic becomes a data atom. */
  #toIndex(e: Expr, node: Node, guard: Expr | undefined, check?: IndexCheck): Index {
    const lowered = this.#lower(e, node, guard);
    return asIndex(lowered) ?? dataIndex(lowered, check);
  }

  #tryIndex(e: Expr, visit: (e: Expr) => Expr): Index | undefined {
    if (e.dtype !== "int32") return undefined;
    if (e.op === "index") return "terms" in (e.value as object) ? (e.value as Index) : undefined;
    if (e.op === "const") return constantIndex(e.value as number);
    if (e.op === "dim") return constantIndex(sizeOfDim(e.value as never));
    if (!["add", "sub", "mul", "floorDiv", "mod", "neg"].includes(e.op)) return undefined;
    const [a, b] = e.args.map((x) => asIndex(visit(x)));
    if (!a) return undefined;
    if (e.op === "neg") return scaleIndex(a, -1);
    if (!b) return undefined;
    if (e.op === "add") return addIndex(a, b);
    if (e.op === "sub") return subIndex(a, b);
    if (e.op === "mul")
      return b.terms.length === 0 ? scaleIndex(a, b.constant) : a.terms.length === 0 ? scaleIndex(b, a.constant) : undefined;
    const by = b.terms.length === 0 ? b.constant : undefined;
    if (by === undefined || (typeof by === "number" && by <= 0)) return undefined;
    return e.op === "floorDiv" ? divIndex(a, by) : modIndex(a, by);
  }
}

const accumulators = new Map<string, Expr>();
/** The k-th accumulator of the fold at hand; one object for each, so that expressions share it. */
export function accumulator(dtype: DType, k: number): Expr {
  return remember(accumulators, `${dtype}${k}`, () => s.leaf("acc", dtype, k));
}

const isConstant = (e: Expr, value: number): boolean => e.op === "const" && e.value === value;
const select = (c: Expr, yes: Expr, no: Expr): Expr => (yes === no ? yes : s.select(c, yes, no));

/** Rebuilds an expression with its constants folded and its identities gone. */
function simplify(e: Expr, memo: Map<Expr, Expr>): Expr {
  if (e.args.length === 0 || e.op === "load") return e;
  return remember(memo, e, () => {
    const args = e.args.map((a) => simplify(a, memo));
    return simplifyNode(args.every((a, i) => a === e.args[i]) ? e : s.withArgs(e, args));
  });
}
function simplifyNode(e: Expr): Expr {
  const [a, b, c] = e.args as [Expr, Expr, Expr];
  if (e.op === "and") {
    if (isConstant(a, 0) || isConstant(b, 1)) return a;
    if (isConstant(b, 0) || isConstant(a, 1)) return b;
  }
  if (e.op === "select") {
    if (a.op === "const") return a.value ? b : c;
    if (b === c) return b;
  }
  if ((e.op === "add" || e.op === "sub") && isConstant(b, 0)) return a;
  if (e.op === "add" && isConstant(a, 0)) return b;
  if ((e.op === "mul" || e.op === "div") && isConstant(b, 1)) return a;
  if (e.op === "mul" && isConstant(a, 1)) return b;
  if (e.op === "lt" || e.op === "le" || e.op === "eq") {
    const sure = compareIndices(e.op, a, b);
    if (sure !== undefined) return s.num(sure ? 1 : 0, "bool");
  }
  if (e.op !== "load" && e.args.length > 0 && e.args.every((x) => x.op === "const")) return s.num(evaluator(e, () => () => 0)(), e.dtype);
  return e;
}
/** An expression that is an index, or a whole number, as an index. */
export const asIndex = (e: Expr): Index | undefined =>
  e.op === "index" ? (e.value as Index) : e.op === "const" && e.dtype === "int32" ? constantIndex(e.value as number) : undefined;
/** What the ranges of two indices say of their order. */
function compareIndices(op: "lt" | "le" | "eq", x: Expr, y: Expr): boolean | undefined {
  const [a, b] = [asIndex(x), asIndex(y)];
  if (!a || !b) return undefined;
  const { lo, hi } = bounds(subIndex(a, b));
  if (op === "eq") return lo === 0 && hi === 0 ? true : lo > 0 || (hi !== undefined && surelyLess(hi, 0)) ? false : undefined;
  const limit = op === "lt" ? 0 : 1;
  if (hi !== undefined && surelyLess(hi, limit)) return true;
  return lo >= limit ? false : undefined;
}

/** What an expression loads, where it is nothing but a load, and sure. */
export const loadOf = (e: Expr): ValueLoad | undefined => (e.op === "load" && !e.args.length ? (e.value as ValueLoad) : undefined);

/** How many elements a value has. */
export const sizeOfValue = (v: Value): Size => v.spec.shape.reduce<Size>((n, d) => mulSize(n, sizeOfDim(d)), 1);
