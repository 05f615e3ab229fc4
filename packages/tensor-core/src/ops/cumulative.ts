/** Running sums and products, doubling the reach: log₂ n passes, each over the whole. */
import { scalarLike, type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { check } from "../forms.ts";
import type { Op } from "../op.ts";
import { add, broadcastTo, greaterEqual, iota, mul, pad, prod, type Reduce, reshape, slice, sum, where } from "../primitives.ts";
import { isKnown, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export interface CumulativeOptions {
  /** Leaves each element itself out. Default false. */
  readonly exclusive?: boolean | undefined;
  /** From the last element to the first. Default false. */
  readonly reverse?: boolean | undefined;
}
interface Cumulative {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}
/** How elements are brought together, over all of an axis, and what changes nothing. */
interface Joining {
  readonly join: (a: Tensor, b: Tensor) => Tensor;
  readonly fold: Reduce;
  readonly none: number;
}

function running(x: Tensor, { axis, exclusive, reverse }: Cumulative, { join, fold, none }: Joining): Tensor {
  const n = x.dims[axis]!;
  if (!isKnown(n)) return foldEach(x, axis, { exclusive, reverse }, fold, none);
  const shift = (y: Tensor, by: number): Tensor => {
    const moved = pad(
      y,
      y.dims.map((_, k) => (k !== axis ? [0, 0] : reverse ? [0, by] : [by, 0])),
      none,
    );
    return slice(
      moved,
      y.dims.map((_, k) => (k === axis && reverse ? by : 0)),
      y.dims,
    );
  };
  let y = exclusive ? shift(x, 1) : x;
  for (let reach = 1; reach < n; reach *= 2) y = join(y, shift(y, reach));
  return y;
}
/** n² steps, where n is unknown: of each element all that come before. */
function foldEach(x: Tensor, axis: number, { exclusive, reverse }: Omit<Cumulative, "axis">, fold: Reduce, none: number): Tensor {
  const n = x.dims[axis]!;
  const [before, after] = [x.dims.slice(0, axis), x.dims.slice(axis + 1)];
  const wide = broadcastTo(reshape(x, [...before, 1, n, ...after]), [...before, n, n, ...after]);
  const [row, column] = [iota([n, n], 0), iota([n, n], 1)];
  const [late, early] = reverse ? [column, row] : [row, column];
  const seen = exclusive ? greaterEqual(late, add(early, 1)) : greaterEqual(late, early);
  return fold(where(reshape(seen, [n, n, ...after.map(() => 1)]), wide, scalarLike(x, none)), { axis: axis + 1 });
}

const SUM: Joining = { join: add, fold: sum, none: 0 };
const cumsumOp: Op<Cumulative> = {
  name: "cumsum",
  infer([x]) {
    check("cumsum", [x!], "number");
    return [x!];
  },
  vjp: ([dy], _x, _y, attrs) => [apply(cumsumOp, [dy!], { ...attrs, reverse: !attrs.reverse })],
  how: { kind: "composite", expand: ([x], attrs) => [running(x!, attrs, SUM)] },
};

const attrsOf = (op: string, x: Tensor, axis: number, { exclusive = false, reverse = false }: CumulativeOptions): Cumulative => ({
  axis: normalizeAxis(op, axis, x.rank),
  exclusive,
  reverse,
});
/**
 * The sum of all elements up to each, along an axis.
 * @example
 * cumsum(tensor([1, 2, 3])); // [1, 3, 6]
 */
export function cumsum(x: TensorLike, axis = 0, options: CumulativeOptions = {}): Tensor {
  const t = toTensor("cumsum", x);
  return apply(cumsumOp, [t], attrsOf("cumsum", t, axis, options));
}
/** The product of all elements up to each, along an axis; its gradient holds at zeros, too. */
export function cumprod(x: TensorLike, axis = 0, options: CumulativeOptions = {}): Tensor {
  const t = toTensor("cumprod", x);
  return running(t, attrsOf("cumprod", t, axis, options), { join: mul, fold: prod, none: 1 });
}
