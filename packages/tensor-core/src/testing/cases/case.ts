/** What a row of the case table is: one situation of one op, with its inputs, its expected values and its tolerance. */
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import { exact, type Tolerance } from "../compare.ts";
import { type Expected, type Host, mapped } from "../host.ts";
import { given, type Input, reals } from "../values.ts";

export interface OpCase {
  /** The public function, by the name it is exported under. */
  readonly op: string;
  /** The situation, in a few words; op and name together are unique. */
  readonly name: string;
  readonly inputs: readonly Input[];
  call(...inputs: Tensor[]): Tensor | readonly Tensor[];
  /** The result in float64, by code of its own. Absent: the reference backend's float64 result counts. */
  expected?(...inputs: Host[]): Expected | readonly Expected[];
  /** Whether gradients are checked: numerically on the reference, and against that on the backend. */
  readonly grad?: boolean;
  /** Whether the gradient of the gradient is checked too. Default: where there is a gradient. */
  readonly second?: boolean;
  /** What inputs without a dtype of their own are made in. Default float32 and float64. */
  readonly dtypes?: readonly DType[];
  readonly tolerance: Tolerance;
  /** Inputs whose first axis may be of unknown size. Absent: none. */
  readonly batch?: readonly number[];
}

export const FLOATS: readonly DType[] = ["float32", "float64"];
export const HALVES: readonly DType[] = ["float16", "bfloat16"];
export const INTS: readonly DType[] = ["int32", "uint32", "int8", "uint8", "int16", "uint16", "int64", "uint64"];
export const SIGNED: readonly DType[] = ["int32", "int8", "int16", "int64"];
export const ALL: readonly DType[] = [...FLOATS, ...HALVES, ...INTS];

/** Numbers at the edges of what floats are. */
export const SPECIAL: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1];
/** Every pair of special numbers, as two inputs. */
export const SPECIAL_PAIRS: readonly [Input, Input] = [
  given(SPECIAL.flatMap((x) => SPECIAL.map(() => x))),
  given(SPECIAL.flatMap(() => SPECIAL)),
];

interface UnarySituation {
  readonly from?: number;
  readonly to?: number;
  readonly avoid?: readonly number[];
  readonly tolerance?: Tolerance;
  /** Σ|terms| where it is not |result|. */
  readonly scale?: (x: number) => number;
  readonly grad?: boolean;
  readonly special?: readonly number[];
  readonly dtypes?: readonly DType[];
}

/** The situations every function of one number is tried in. */
export function unaryCases(op: string, call: (x: Tensor) => Tensor, f: (x: number) => number, options: UnarySituation = {}): OpCase[] {
  const { from = -2, to = 2, avoid = [], tolerance = exact, scale, grad = true, special = SPECIAL, dtypes } = options;
  const common = { op, call, expected: mapped(f, scale), tolerance, ...(dtypes && { dtypes }) };
  const input = (...shape: number[]): Input => reals(shape, from, to, avoid);
  return [
    { ...common, name: "matrix", inputs: [input(3, 5)], grad, batch: [0] },
    { ...common, name: "scalar", inputs: [input()], grad },
    { ...common, name: "size 0", inputs: [input(2, 0, 3)] },
    { ...common, name: "rank 5, odd", inputs: [input(1, 3, 1, 2, 7)], batch: [0] },
    { ...common, name: "special numbers", inputs: [given(special)] },
  ];
}

interface BinarySituation {
  readonly x?: readonly [from: number, to: number];
  readonly y?: readonly [from: number, to: number];
  readonly avoidX?: readonly number[];
  readonly avoidY?: readonly number[];
  readonly tolerance?: Tolerance;
  readonly scale?: (x: number, y: number) => number;
  readonly grad?: boolean;
  readonly special?: readonly [Input, Input] | false;
  readonly dtypes?: readonly DType[];
  /** How inputs are made where intervals are not enough. */
  readonly make?: (shape: readonly number[], which: 0 | 1) => Input;
}

/** The situations every function of two numbers is tried in: equal shapes, broadcasting both ways, scalars, nothing, special numbers. */
export function binaryCases(
  op: string,
  call: (x: Tensor, y: Tensor) => Tensor,
  f: (x: number, y: number) => number,
  options: BinarySituation = {},
): OpCase[] {
  const {
    x = [-2, 2],
    y = [-2, 2],
    avoidX = [],
    avoidY = [],
    tolerance = exact,
    scale,
    grad = true,
    special = SPECIAL_PAIRS,
    dtypes,
  } = options;
  const common = {
    op,
    call: call as OpCase["call"],
    expected: mapped(f as (...x: number[]) => number, scale as (...x: number[]) => number),
    tolerance,
    ...(dtypes && { dtypes }),
  };
  const make = options.make ?? ((shape, which) => (which === 0 ? reals(shape, x[0], x[1], avoidX) : reals(shape, y[0], y[1], avoidY)));
  const pair = (a: readonly number[], b: readonly number[]): readonly Input[] => [make(a, 0), make(b, 1)];
  return [
    { ...common, name: "equal shapes", inputs: pair([3, 5], [3, 5]), grad, batch: [0, 1] },
    { ...common, name: "row to the right", inputs: pair([2, 3], [3]), grad, batch: [0] },
    { ...common, name: "column to the left", inputs: pair([4, 1], [4, 3]), grad, batch: [0, 1] },
    { ...common, name: "both ways", inputs: pair([2, 1, 3], [4, 1]), grad, batch: [0] },
    { ...common, name: "scalar right", inputs: pair([5], []), grad, batch: [0] },
    { ...common, name: "scalar left", inputs: pair([], [2, 2]), grad, batch: [1] },
    { ...common, name: "scalars", inputs: pair([], []), grad },
    { ...common, name: "rank 5", inputs: pair([2, 1, 3, 1, 2], [1, 2, 1, 3, 1]), batch: [0] },
    { ...common, name: "size 0", inputs: pair([0, 3], [1, 3]), grad },
    ...(special ? [{ ...common, name: "special numbers", inputs: special }] : []),
  ];
}
