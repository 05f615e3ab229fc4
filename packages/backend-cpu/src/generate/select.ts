/** From the compiler's expressions to machine code: functions become polynomials, products and sums fuse. */
import { dataOf, type Expr, type Index, type Load, sharing, substitute } from "@antler/compiler";
import { isFloat } from "@antler/tensor-core";
import type { Code } from "./code.ts";
import * as c from "./code.ts";
import * as m from "./libm.ts";

const functions: { readonly [op: string]: (x: Code, y: Code) => Code } = {
  exp: m.exp,
  expm1: m.expm1,
  log: m.log,
  log1p: m.log1p,
  sin: m.sin,
  cos: m.cos,
  tan: m.tan,
  asin: m.asin,
  acos: m.acos,
  atan: m.atan,
  sinh: m.sinh,
  cosh: m.cosh,
  tanh: m.tanh,
  asinh: m.asinh,
  acosh: m.acosh,
  atanh: m.atanh,
  erf: m.erf,
  pow: m.pow,
  atan2: m.atan2,
  rsqrt: (x) => c.div(c.f(1), c.sqrt(x)),
};

const floatOps: { readonly [op: string]: (x: Code, y: Code) => Code } = {
  floorDiv: (x, y) => c.floor(c.div(x, y)),
  mod: (x, y) => {
    const whole = c.floor(c.div(x, y));
    // Within one period x is its own remainder, also of an infinite one.
    return c.select(c.eq(whole, c.f(0)), x, c.fnma(whole, y, x));
  },
  sign: (x) => c.select(c.lt(c.f(0), x), c.f(1), c.select(c.lt(x, c.f(0)), c.f(-1), x)),
};
const intOps: { readonly [op: string]: (x: Code, y: Code) => Code } = {
  sign: (x) =>
    c.select(
      c.lt(c.constant(0, x.dtype), x),
      c.constant(1, x.dtype),
      c.select(c.lt(x, c.constant(0, x.dtype)), c.constant(-1, x.dtype), c.constant(0, x.dtype)),
    ),
  bitNot: (x) => c.bitXor(x, c.constant(-1, x.dtype)),
};

/** Integers narrower than 32 bits live in 32-bit lanes; arithmetic on them wraps as in their own width. */
function wrap(e: Code): Code {
  const bits = { int8: 8, int16: 16, uint8: 8, uint16: 16 }[e.dtype as string];
  if (!bits || !["add", "sub", "mul", "neg", "shl", "bitXor", "cast"].includes(e.op)) return e;
  return c.shr(c.shl(e, 32 - bits), 32 - bits);
}

/** One table a kernel: equal expressions stay one object, so that they are computed once. */
export class Selector {
  readonly #memo = new Map<Expr, Code>();
  readonly #shared = new Map<Code, Code>();
  readonly #first = sharing<Code>();

  code(e: Expr): Code {
    let out = this.#memo.get(e);
    if (!out) {
      const args = e.args.map((a) => this.code(a));
      out = this.#share(wrap(this.#select(e, args)));
      this.#memo.set(e, out);
    }
    return out;
  }

  /** An index over data that is code, too. */
  #index(index: Index): Index {
    const replace = (data: Expr): Expr => this.code(data) as Expr;
    return dataOf(index).length ? substitute(index, () => undefined, replace) : index;
  }

  #select(e: Expr, args: readonly Code[]): Code {
    const [x, y] = args as [Code, Code];
    const float = args.length > 0 && isFloat((e.op === "select" ? args[1] : x)!.dtype);
    if (e.op in functions) return functions[e.op]!(x, y);
    const own = float ? floatOps[e.op] : intOps[e.op];
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
    return { op: e.op, args, dtype: e.dtype, value };
  }

  /** Rebuilds new nodes so that equal ones are one. They hang together many ways: each is looked at once. */
  #share(e: Code): Code {
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
