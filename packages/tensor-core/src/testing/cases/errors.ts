/** Wrong calls, and what each must say: the op, what is wrong, what it got, what to do. */
import { tensor } from "../../creation.ts";
import { gather, unsortedSegmentSum } from "../../gather.ts";
import { at, range, split, squeeze, stack, tile } from "../../ops/arrays.ts";
import { conv2d } from "../../ops/conv.ts";
import { matMul } from "../../ops/matmul.ts";
import { softmax, sparseSoftmaxCrossEntropyWithLogits } from "../../ops/nn.ts";
import { maxPool } from "../../ops/pool.ts";
import {
  add,
  any,
  argMax,
  broadcastTo,
  clipByValue,
  concat,
  div,
  exp,
  fill,
  logicalNot,
  max,
  ones,
  pad,
  reshape,
  slice,
  stridedSlice,
  sum,
  transpose,
  where,
  zeros,
} from "../../primitives.ts";
import { randomUniform } from "../../random.ts";
import { cond, scan, whileLoop } from "../../regions.ts";
import type { Tensor } from "../../tensor.ts";
import { refusals } from "./refusals.ts";

export interface ErrorCase {
  readonly op: string;
  readonly name: string;
  run(): unknown;
  /** The class, by name. */
  readonly type: "ShapeError" | "DTypeError" | "ValueError" | "IndexError" | "GradientError" | "TraceError";
  /** The whole message. */
  readonly message: string;
}

const ints = (...values: number[]): Tensor => tensor(values, undefined, "int32");
const row = (op: string, name: string, type: ErrorCase["type"], run: () => unknown, message: string): ErrorCase => ({
  op,
  name,
  type,
  run,
  message,
});

// biome-ignore format: a table, one row a line
export const errorCases: readonly ErrorCase[] = [
  row("add", "shapes", "ShapeError", () => add(ones([2, 3]), ones([4])), "add: sizes 3 and 4 at axis -1 do not broadcast. Got [2, 3] and [4]."),
  row("add", "dtypes", "DTypeError", () => add(ones([2]), ints(1, 2)), "add: takes inputs of one dtype. Got f32[2] and i32[2]. Convert with cast()."),
  row("add", "bools", "DTypeError", () => add(tensor([true]), tensor([true])), "add: takes numbers, not bool. Got bool[1] and bool[1]. Convert with cast()."),
  row("div", "integers", "DTypeError", () => div(ints(1), ints(2)), "div: takes float, not int32. Got i32[1] and i32[1]. Convert with cast()."),
  row("exp", "integers", "DTypeError", () => exp(ints(1, 2)), "exp: takes float, not int32. Got i32[2]. Convert with cast()."),
  row("logicalNot", "numbers", "DTypeError", () => logicalNot(ones([2])), "logicalNot: takes bool, not float32. Got f32[2]. Convert with cast()."),
  row("any", "numbers", "DTypeError", () => any(ones([2])), "any: takes bool, not float32. Got f32[2]. Convert with cast()."),
  row("where", "condition", "DTypeError", () => where(ones([2]), ones([2]), ones([2])), "where: the condition must be bool. Got f32[2]."),
  row("clipByValue", "bounds", "ValueError", () => clipByValue(ones([2]), 3, 1), "clipByValue: the lower bound 3 is above the upper bound 1."),
  row("sum", "axis", "ShapeError", () => sum(ones([2, 3]), { axis: 2 }), "sum: axis 2 is outside a tensor of rank 2. Axes go from -2 to 1."),
  row("sum", "axis twice", "ShapeError", () => sum(ones([2, 3]), { axis: [1, -1] }), "sum: names an axis twice in [1, 1]."),
  row("max", "scalar's axis", "ShapeError", () => max(ones([]), { axis: 0 }), "max: axis 0 is outside a tensor of rank 0. A scalar has no axes."),
  row("argMax", "fractional axis", "ShapeError", () => argMax(ones([2]), 0.5), "argMax: axis 0.5 is outside a tensor of rank 1. Axes go from -1 to 0."),
  row("reshape", "size", "ShapeError", () => reshape(ones([2, 3]), [4]), "reshape: the elements do not fill [4] exactly. Got f32[2, 3]."),
  row("reshape", "two unknowns", "ShapeError", () => reshape(ones([4]), [-1, -1]), "reshape: only one size may be −1 in [-1, -1]."),
  row("reshape", "does not divide", "ShapeError", () => reshape(ones([5]), [2, -1]), "reshape: [2, -1] does not divide the elements. Got [5]."),
  row("transpose", "axes", "ShapeError", () => transpose(ones([2, 3]), [0, 0]), "transpose: [0, 0] does not name each axis once. Got f32[2, 3]."),
  row("broadcastTo", "shape", "ShapeError", () => broadcastTo(ones([2, 3]), [3]), "broadcastTo: cannot become [3]. Got f32[2, 3]."),
  row("slice", "beyond", "ShapeError", () => slice(ones([4]), [2], [3]), "slice: [2, 5) reaches beyond axis 0. Got f32[4]."),
  row("slice", "before", "ShapeError", () => slice(ones([4]), [-5], [1]), "slice: begin [-5] and size [1] do not lie inside. Got f32[4]."),
  row("stridedSlice", "stride 0", "ValueError", () => stridedSlice(ones([4]), [0], [4], [0]), "stridedSlice: the stride of axis 0 is 0."),
  row("pad", "negative", "ShapeError", () => pad(ones([4]), [[-1, 0]]), "pad: takes one [before, after] ≥ 0 for each of 1 axes, got [[-1,0]]. Got f32[4]."),
  row("concat", "shapes", "ShapeError", () => concat([ones([2, 3]), ones([2, 4])], 0), "concat: the shapes differ beyond axis 0. Got f32[2, 3] and f32[2, 4]."),
  row("concat", "nothing", "ValueError", () => concat([]), "concat: needs at least one tensor."),
  row("concat", "dtypes", "DTypeError", () => concat([ones([1]), ints(1)]), "concat: takes inputs of one dtype. Got f32[1] and i32[1]. Convert with cast()."),
  row("stack", "shapes", "ShapeError", () => stack([ones([2]), ones([3])]), "concat: the shapes differ beyond axis 0. Got f32[1, 2] and f32[1, 3]."),
  row("squeeze", "size", "ShapeError", () => squeeze(ones([2, 1]), 0), "squeeze: axis 0 is not of size 1. Got f32[2, 1]."),
  row("split", "uneven", "ValueError", () => split(ones([5]), 2), "split: 5 elements of axis 0 cannot be cut into 2 equal parts."),
  row("split", "sizes", "ValueError", () => split(ones([5]), [2, 2]), "split: the parts [2, 2] do not add up to 5."),
  row("tile", "counts", "ShapeError", () => tile(ones([2, 2]), [2]), "tile: needs one count for each of 2 axes, got [2]. Got f32[2, 2]."),
  row("at", "index", "ShapeError", () => at(ones([3]), "3"), "at: index 3 is outside axis 0 of size 3. Got f32[3]."),
  row("at", "text", "ValueError", () => at(ones([3]), "x"), 'at: "x" in "x" is no integer.'),
  row("gather", "float indices", "DTypeError", () => gather(ones([3]), ones([1])), "gather: takes int, not float32. Got f32[1]. Convert with cast()."),
  row("gather", "index outside", "IndexError", () => gather(ones([3, 2]), ints(0, 3)), "gather: index 3 is outside axis 0 of size 3. Got f32[3, 2] and i32[2]."),
  row("gather", "negative index", "IndexError", () => gather(ones([3, 2]), ints(-1)), "gather: index -1 is outside axis 0 of size 3. Got f32[3, 2] and i32[1]."),
  row("unsortedSegmentSum", "ids", "ShapeError", () => unsortedSegmentSum(ones([3, 2]), ints(0, 1), 2), "unsortedSegmentSum: needs one id for each row. Got f32[3, 2] and i32[2]."),
  row("range", "step", "ValueError", () => range(0, 3, 0), "range: the step is 0."),
  row("matMul", "inner", "ShapeError", () => matMul(ones([4, 784]), ones([785, 10])), "matMul: the inner sizes 784 and 785 differ. Got f32[4, 784] and f32[785, 10]."),
  row("matMul", "inner, transposed", "ShapeError", () => matMul(ones([2, 3]), ones([4, 3])), "matMul: the inner sizes 3 and 4 differ. Got f32[2, 3] and f32[4, 3]. Transpose the second input (transposeB)?"),
  row("matMul", "rank", "ShapeError", () => matMul(ones([3]), ones([3, 2])), "matMul: both inputs must have rank 2 or more. Got f32[3] and f32[3, 2]."),
  row("conv2d", "channels", "ShapeError", () => conv2d(ones([1, 4, 4, 3]), ones([2, 2, 2, 1])), "conv2d: filters for 3 channels in 1 group(s) are [height, width, 3, out]. Got f32[1, 4, 4, 3] and f32[2, 2, 2, 1]."),
  row("conv2d", "window", "ShapeError", () => conv2d(ones([1, 2, 2, 1]), ones([3, 3, 1, 1])), 'conv2d: the window 3×3 does not fit the image. Got [1, 2, 2, 1]. padding: "same" makes room.'),
  row("conv2d", "rank", "ShapeError", () => conv2d(ones([4, 4, 1]), ones([3, 3, 1, 1])), "conv2d: needs images [batch, height, width, channels]. Got f32[4, 4, 1]."),
  row("conv2d", "strides", "ValueError", () => conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 1]), { strides: 0 }), "conv2d: strides must be positive integers, got 0."),
  row("maxPool", "integers", "DTypeError", () => maxPool(ones([1, 2, 2, 1], "int32"), 2), "maxPool: takes floats. Got i32[1, 2, 2, 1]."),
  row("softmax", "scalar", "ShapeError", () => softmax(ones([])), "softmax: axis -1 is outside a tensor of rank 0. A scalar has no axes."),
  row("softmax", "integers", "DTypeError", () => softmax(ints(1, 2)), "softmax: takes floats of rank 1 or more. Got i32[2]."),
  row("sparseSoftmaxCrossEntropyWithLogits", "rank", "ShapeError", () => sparseSoftmaxCrossEntropyWithLogits(zeros([2, 3], "int32"), ones([2, 3])), "sparseSoftmaxCrossEntropyWithLogits: labels need one axis less than logits. Got i32[2, 3] and f32[2, 3]."),
  row("randomUniform", "interval", "ValueError", () => randomUniform([2], { seed: [1, 2], minval: 3, maxval: 3, dtype: "int32" }), "randomUniform: the interval [3, 3) is empty."),
  row("randomUniform", "dtype", "DTypeError", () => randomUniform([2], { seed: [1, 2], dtype: "int8" }), "randomUniform: draws float32 or int32, not int8. Convert with cast()."),
  row("cond", "predicate", "DTypeError", () => cond(ones([]), () => ones([]), () => ones([])), "cond: the predicate must be a bool scalar. Got f32[]."),
  row("cond", "results", "ShapeError", () => cond(fill([], 1, "bool"), () => ones([2]), () => ones([3])), "cond: the two functions give different shapes or dtypes (tensor 0). Got f32[2] and f32[3]."),
  row("whileLoop", "test", "DTypeError", () => whileLoop(([x]) => x, ([x]) => [x] as const, [ones([])] as const), "whileLoop: the test must give a bool scalar. Got f32[]."),
  row("whileLoop", "carry", "ShapeError", () => whileLoop(() => fill([], 0, "bool"), ([x]) => [concat([x, x])] as const, [ones([2])] as const), "whileLoop: the body changes the carry's shape or dtype (tensor 0). Got f32[2] and f32[4]."),
  row("scan", "carry", "ShapeError", () => scan((c: Tensor, x: Tensor) => [concat([c, x]), []] as const, ones([2]), ones([3, 2])), "scan: the body changes the carry's shape or dtype (tensor 0). Got f32[2] and f32[4]."),
  row("scan", "slices", "ShapeError", () => scan((c: Tensor) => [c, []] as const, ones([]), [ones([2]), ones([3])] as const), "scan: the slices differ in their first size. Got f32[2] and f32[3]."),
  row("scan", "no length", "ValueError", () => scan((c: Tensor) => [c, []] as const, ones([]), []), "scan: has neither slices nor a length."),
  ...refusals,
];
