/** The elementary functions on lanes of either precision: what all share, around what each has of its own. */
import {
  abs,
  add,
  and,
  bits,
  type Code,
  constant,
  div,
  eq,
  floor,
  fma,
  integer,
  isNaN,
  isWide,
  lt,
  mul,
  neg,
  not,
  sealed,
  select,
  sqrt,
  sub,
  withSign,
} from "./code.ts";
import { type Functions, float32 } from "./libm32.ts";

const INFINITY = Number.POSITIVE_INFINITY;
/** The function of an op on numbers such as x, where it is not an instruction. */
export type FunctionTable = (op: string, x: Code) => ((x: Code, y: Code) => Code) | undefined;

/** Functions of float32, and of float64 where its own are given. */
export function libm(float64?: Functions): FunctionTable {
  const own = (x: Code): Functions => (float64 && isWide(x.dtype) ? float64 : float32);

  function log(x: Code): Code {
    const finite = select(eq(x, INFINITY), x, own(x).log(x));
    return select(eq(x, 0), -INFINITY, select(lt(x, 0), Number.NaN, select(isNaN(x), x, finite)));
  }
  /** Kahan: the error of 1 + x cancels in x / ((1 + x) − 1). */
  function log1p(x: Code): Code {
    const u = sealed(add(x, 1));
    const y = mul(log(u), div(x, sub(u, 1)));
    return select(eq(u, 1), x, select(eq(u, INFINITY), u, select(eq(u, 0), -INFINITY, y)));
  }

  const tan = (x: Code): Code => div(own(x).sin(x), own(x).cos(x));

  function atan2(y: Code, x: Code): Code {
    const [ay, ax] = [abs(y), abs(x)];
    const steep = lt(ax, ay);
    const ratio = div(select(steep, ax, ay), select(steep, ay, ax));
    const bothZero = and(eq(ax, 0), eq(ay, 0));
    const bothInfinite = and(eq(ax, INFINITY), eq(ay, INFINITY));
    const first = own(x).atan(select(bothZero, 0, select(bothInfinite, 1, ratio)));
    const octant = select(steep, sub(Math.PI / 2, first), first);
    const negative = lt(bits(x, integer(x)), 0);
    return withSign(select(negative, sub(Math.PI, octant), octant), y);
  }

  function asinh(x: Code): Code {
    const a = abs(x);
    const big = lt(1e10, a);
    const safe = select(big, 1, a);
    const z = mul(safe, safe);
    const y = log1p(add(safe, div(z, add(1, sqrt(add(z, 1))))));
    return withSign(select(big, add(log(a), Math.LN2), y), x);
  }
  function acosh(x: Code): Code {
    const big = lt(1e10, x);
    const t = sub(select(big, 1, x), 1);
    return select(big, add(log(x), Math.LN2), log1p(add(t, sqrt(fma(t, t, add(t, t))))));
  }
  const atanh = (x: Code): Code => withSign(mul(0.5, log1p(div(mul(2, abs(x)), sub(1, abs(x))))), x);

  /** All that IEEE 754 says of zeros, infinities, signs and NaN; what is left is a positive number to a finite power. */
  function pow(x: Code, y: Code): Code {
    const c = (value: number): Code => constant(value, x.dtype);
    const a = abs(x);
    const grows = eq(lt(1, a), lt(0, y));
    const limit = select(eq(a, 1), 1, select(grows, c(INFINITY), 0));
    const infinite = and(eq(abs(y), INFINITY), eq(a, a));
    const finite = select(
      eq(a, INFINITY),
      select(lt(y, 0), c(0), INFINITY),
      select(isNaN(y), y, select(isNaN(a), a, own(x).powPositive(a, y))),
    );
    const magnitude = select(infinite, limit, finite);
    const whole = eq(floor(y), y);
    const half = mul(y, 0.5);
    const odd = and(whole, not(eq(floor(half), half)));
    const signed = select(lt(x, 0), select(whole, select(odd, neg(magnitude), magnitude), Number.NaN), magnitude);
    const atZero = select(lt(y, 0), c(INFINITY), 0);
    return select(eq(y, 0), 1, select(eq(x, 1), 1, select(eq(x, 0), select(odd, withSign(atZero, x), atZero), signed)));
  }

  const shared: { readonly [op: string]: (x: Code, y: Code) => Code } = { log, log1p, tan, atan2, asinh, acosh, atanh, pow };
  return (op, x) => shared[op] ?? own(x)[op];
}
