/** From the compiler's expressions to machine code: functions become polynomials, products and sums fuse. */

import { type DType, evaluator, isFloat, isHalf, remember } from "@antler/tensor-core";
import { type Index, substitute } from "../affine.ts";
import type { Expr, Load } from "../kernel.ts";
import { sharing } from "../share.ts";
import { dataOf } from "../walk.ts";
import type { Code } from "./code.ts";
import * as c from "./code.ts";
import { type Halves, toFloat32, words } from "./half.ts";
import type { FunctionTable } from "./libm.ts";

const floatOps: { readonly [op: string]: (x: Code, y: Code) => Code } = {
  rsqrt: (x) => c.div(1, c.sqrt(x)),
  floorDiv: (x, y) => c.floor(c.div(x, y)),
  mod: (x, y) => {
    const whole = c.floor(c.div(x, y));
    // Within one period x is its own remainder, also of an infinite one.
    return c.select(c.eq(whole, 0), x, c.fnma(whole, y, x));
  },
  sign: (x) => c.select(c.lt(0, x), 1, c.select(c.lt(x, 0), -1, x)),
};
const intOps: { readonly [op: string]: (x: Code, y: Code) => Code } = {
  sign: (x) => c.select(c.lt(0, x), 1, c.select(c.lt(x, 0), c.constant(-1, x.dtype), 0)),
  bitNot: (x) => c.bitXor(x, -1),
};

/** 64-bit integers have no instructions for these; quotients go through float64, in the reference too. */
const wideOps: typeof intOps = {
  floorDiv: quotient,
  mod: (x, y) => c.select(c.eq(y, 0), y, c.sub(x, c.mul(quotient(x, y), y))),
  min: (x, y) => c.select(c.lt(x, y), x, y),
  max: (x, y) => c.select(c.lt(x, y), y, x),
};
function quotient(x: Code, y: Code): Code {
  const q = c.floor(c.div(c.cast(x, "float64"), c.cast(y, "float64")));
  return c.select(c.eq(y, 0), 0, c.cast(q, "int64"));
}

/** Ops whose result is as exact as their arguments. */
const EXACT: ReadonlySet<string> = new Set("load acc const select bitcast neg abs sign floor ceil trunc round min max".split(" "));

/** Integers narrower than 32 bits live in 32-bit lanes; arithmetic on them wraps as in their own width. */
function wrap(e: Code): Code {
  const bits = { int8: 8, int16: 16, uint8: 8, uint16: 16 }[e.dtype as string];
  if (!bits || !["add", "sub", "mul", "neg", "shl", "bitXor", "cast", "bitcast"].includes(e.op)) return e;
  return c.shr(c.shl(e, 32 - bits), 32 - bits);
}

/** One table a kernel: equal expressions stay one object, so that they are computed once. */
export class Selector {
  readonly #memo = new Map<Expr, Code>();
  readonly #shared = new Map<Code, Code>();
  readonly #first = sharing<Code>();
  readonly #functionOf: FunctionTable;

  readonly #halves: Halves;
  readonly #seals: boolean;

  /** @param options.seals whether the machine's compiler has to be told which sums it must not rearrange */
  constructor(functionOf: FunctionTable, { halves = words, seals = false }: { readonly halves?: Halves; readonly seals?: boolean } = {}) {
    this.#functionOf = functionOf;
    this.#halves = halves;
    this.#seals = seals;
  }

  code(e: Expr): Code {
    return remember(this.#memo, e, () => {
      const args = e.args.map((a) => this.code(a));
      const exact = wrap(this.#select(e, args));
      return this.#share(isHalf(e.dtype) && !EXACT.has(e.op) ? this.#halves.rounded(exact, e.dtype) : exact);
    });
  }

  /** What a buffer keeps of an expression. */
  stored(e: Expr): Code {
    return isHalf(e.dtype) ? this.#share(this.#halves.narrow(this.code(e), e.dtype)) : this.code(e);
  }

  /** An index over data that is code, too. */
  #index(index: Index): Index {
    const replace = (data: Expr): Expr => this.code(data) as Expr;
    return dataOf(index).length ? substitute(index, () => undefined, replace) : index;
  }

  #select(e: Expr, args: readonly Code[]): Code {
    const [x, y] = args as [Code, Code];
    if (e.op === "cast") return isHalf(e.dtype) ? toFloat32(x) : c.cast(x, e.dtype);
    if (e.op === "bitcast") return this.#bitcast(x, e.args[0]!.dtype, e.dtype);
    const float = args.length > 0 && isFloat((e.op === "select" ? args[1] : x)!.dtype);
    const own =
      x && (float ? (floatOps[e.op] ?? this.#functionOf(e.op, x)) : (intOps[e.op] ?? (c.isWide(x.dtype) ? wideOps[e.op] : undefined)));
    if (own) return own(x, y);
    // Against a number one instruction does; the exact minimum and maximum take several on x86.
    if (float && (e.op === "max" || e.op === "min")) {
      const one = e.op === "max" ? c.pmax : c.pmin;
      if (isNumber(y)) return one(x, y);
      if (isNumber(x)) return one(y, x);
    }
    if (float && e.op === "add") {
      if (x.op === "mul") return c.fma(x.args[0]!, x.args[1]!, y);
      if (y.op === "mul") return c.fma(y.args[0]!, y.args[1]!, x);
    }
    if (float && e.op === "sub" && y.op === "mul") return c.fnma(y.args[0]!, y.args[1]!, x);
    let { value } = e;
    if (e.op === "index") value = this.#index(value as Index);
    if (e.op === "load") value = { slot: (value as Load).slot, index: this.#index((value as Load).index) };
    if (!isHalf(e.dtype)) return { op: e.op, args, dtype: e.dtype, value };
    if (e.op === "load") return this.#halves.widen({ op: "load", args, dtype: "uint16", value }, e.dtype);
    if (e.op === "const") value = evaluator(e, () => () => 0)();
    return { op: e.op, args, dtype: "float32", value };
  }

  #bitcast(x: Code, from: DType, to: DType): Code {
    const stored = isHalf(from) ? this.#halves.narrow(x, from) : x;
    return isHalf(to) ? this.#halves.widen(stored, to) : c.bits(stored, to);
  }

  /** Rebuilds new nodes so that equal ones are one. They hang together many ways: each is looked at once. */
  #share(e: Code): Code {
    if (e.op === "sealed" && !this.#seals) return this.#share(e.args[0]!);
    let one = this.#shared.get(e);
    if (!one) {
      const args = e.args.map((a) => this.#share(a));
      one = this.#first(args.every((a, i) => a === e.args[i]) ? e : { ...e, args });
      this.#shared.set(e, one).set(one, one);
    }
    return one;
  }
}

const isNumber = (e: Code): boolean => e.op === "const" && !Number.isNaN(e.value);
