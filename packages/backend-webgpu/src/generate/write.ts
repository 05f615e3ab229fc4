/** Expressions of a kernel as WGSL statements, each value computed once. */
import { type Atom, type Axis, bounds, type Index, type IndexCheck, type Load, type Size, topological } from "@antler/compiler";
import type { Code } from "@antler/compiler/machine";
import type { Reach } from "../wgsl/memory.ts";
import { spell } from "../wgsl/scalar.ts";
import { literal, typeOf } from "../wgsl/text.ts";

export interface Names {
  /** What a loop variable is called. */
  axis(axis: Axis): string;
  size(size: Size): string;
  accumulator(k: number): string;
  /** The number of a check, under which a failure is noted. */
  check(check: IndexCheck): number;
}

/** Statements of one scope. Values of an outer one are known in it. */
export class Writer {
  readonly lines: string[] = [];
  readonly #names = new Map<Code, string>();
  readonly #outer: Writer | undefined;
  readonly #reach: Reach;
  readonly #given: Names;
  readonly #fresh: () => string;

  constructor(reach: Reach, given: Names, outer?: Writer) {
    this.#reach = reach;
    this.#given = given;
    this.#outer = outer;
    let n = 0;
    this.#fresh = outer ? outer.#fresh : () => `t${n++}`;
  }

  /** A scope inside this one. */
  inner(): Writer {
    return new Writer(this.#reach, this.#given, this);
  }
  /** The name of a value, once the statements before are run. */
  value(root: Code): string {
    for (const e of topological([root], (x) => this.find(x))) {
      const text = this.#expression(e);
      if (e.op === "const" || e.op === "acc") {
        this.#names.set(e, text);
        continue;
      }
      const name = this.#fresh();
      this.lines.push(`let ${name} = ${text};`);
      this.#names.set(e, name);
    }
    return this.find(root)!;
  }
  /** What a value is called, if it is known here. */
  find(e: Code): string | undefined {
    return this.#names.get(e) ?? this.#outer?.find(e);
  }

  #expression(e: Code): string {
    if (e.op === "acc") return this.#given.accumulator(e.value as number);
    if (e.op === "index") return this.index(e.value as Index);
    const args = e.args.map((a) => this.find(a)!);
    if (e.op !== "load") return spell(e, args);
    const { slot, index } = e.value as Load;
    const element = this.#reach.load(slot, this.index(index));
    // What lies outside is read, harmlessly, and not used.
    return args[0] ? `select(${literal(0, typeOf(e.dtype))}, ${element}, ${args[0]})` : element;
  }

  /** An index as an i32. */
  index({ constant, terms }: Index): string {
    const parts = terms.map(({ atom, by }) => (by === 1 ? this.#atom(atom) : `${this.#given.size(by)} * ${this.#atom(atom)}`));
    if (constant !== 0 || parts.length === 0) parts.push(this.#given.size(constant));
    return parts.length === 1 ? parts[0]! : `(${parts.join(" + ")})`;
  }
  #atom(atom: Atom): string {
    if (atom.kind === "axis") return this.#given.axis(atom.axis);
    if (atom.kind === "data") return this.#data(atom);
    const of = this.index(atom.of);
    const by = this.#given.size(atom.by);
    const { lo } = bounds(atom.of);
    if (lo >= 0) return `(${of} ${atom.kind === "div" ? "/" : "%"} ${by})`;
    return `${atom.kind === "div" ? "floorDivI" : "modI"}(${of}, ${by})`;
  }
  /** An index from data: one out of range is noted, and element 0 is read instead. */
  #data({ expr, check }: Extract<Atom, { kind: "data" }>): string {
    const found = this.find(expr as Code)!;
    const value = typeOf(expr.dtype) === "i32" ? found : `i32(${found})`;
    return check ? `checked(${value}, ${this.#given.size(check.below)}, ${this.#given.check(check)}u)` : value;
  }
}
