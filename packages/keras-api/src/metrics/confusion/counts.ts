/** Counts of right and wrong decisions, for each of many thresholds at once. */
import {
  add,
  broadcastTo,
  cast,
  ceil,
  clipByValue,
  equal,
  expandDims,
  greater,
  iota,
  known,
  less,
  logicalAnd,
  logicalOr,
  maximum,
  mul,
  notEqual,
  pad,
  reshape,
  ShapeError,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  transpose,
  unsortedSegmentSum,
  type Variable,
  where,
} from "@antler/tensor-core";
import { matchRanks } from "../../ranks.ts";

/** Right or wrong, and what was decided. */
export type Kind = "truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives";

/** Which predictions are looked at. */
export interface Selection {
  /** Only the k largest predictions of each sample can be positive. Default null: all. */
  readonly topK?: number | null | undefined;
  /** Only this class is counted. Default null: all. */
  readonly classId?: number | null | undefined;
}
export interface CountOptions extends Selection {
  /** The thresholds; or, where they go from 0 to 1 at equal distances, how many there are. */
  readonly thresholds: Variable | number;
  /** Whether 0 is above the first threshold. */
  readonly fromBelowZero?: boolean | undefined;
  readonly sampleWeight?: Tensor | undefined;
  readonly labelWeights?: Variable | undefined;
  /** Whether each label has counts of its own. */
  readonly multiLabel?: boolean | undefined;
}

/** Below every threshold: what is not among the k largest. */
export const LOWEST = -1e10;

/**
 * The weights of decisions of the wanted kinds.
 * @param yTrue labels, true where not 0
 * @param yPred probabilities of the same shape
 * @returns `[thresholds]` each, with multiLabel `[thresholds, labels]`
 */
export function countsOf(wanted: readonly Kind[], yTrue: Tensor, yPred: Tensor, options: CountOptions): readonly Tensor[] {
  const decisions = decisionsOf(yTrue, yPred, options);
  const { thresholds, fromBelowZero = false, multiLabel } = options;
  const counts = typeof thresholds === "number" ? bucketed(decisions, thresholds, fromBelowZero) : compared(decisions, thresholds);
  return wanted.map((kind) => (multiLabel ? counts(kind) : reshape(counts(kind), [-1])));
}

/** All `[decisions, labels]`, with 1 label where they are counted together. */
interface Decisions {
  /** What each decision counts where its label is positive, else 0. */
  readonly positive: Tensor;
  readonly negative: Tensor;
  readonly predictions: Tensor;
}
type Counts = (kind: Kind) => Tensor;

function decisionsOf(yTrue: Tensor, yPred: Tensor, options: CountOptions): Decisions {
  const { topK = null, classId = null, multiLabel, sampleWeight, labelWeights } = options;
  const [p, t] = matchRanks(yPred, yTrue);
  if (multiLabel && p.rank !== 2) throw new ShapeError("multiLabel", "takes predictions [batch, labels]", { got: [p.spec] });
  const labels = ofClass(cast(notEqual(t, 0), p.dtype), classId);
  const predictions = ofClass(topK === null ? p : where(amongLargest(p, topK), p, LOWEST), classId);
  const weights = sampleWeight && (sampleWeight.rank === t.rank ? sampleWeight : expandDims(sampleWeight, -1));
  const listed = (x: Tensor): Tensor => (multiLabel ? x : reshape(x, [-1, 1]));
  const weighed = (x: Tensor): Tensor => {
    const sampled = weights ? mul(x, broadcastTo(weights, x.dims)) : x;
    return listed(labelWeights ? mul(sampled, labelWeights) : sampled);
  };
  return { positive: weighed(labels), negative: weighed(sub(1, labels)), predictions: listed(predictions) };
}
function ofClass(x: Tensor, classId: number | null): Tensor {
  if (classId === null) return x;
  if (x.rank < 2) throw new ShapeError("classId", "takes predictions [batch, classes]", { got: [x.spec] });
  return slice(x, [...x.dims.slice(1).map(() => 0), classId], [...x.dims.slice(0, -1), 1]);
}
/** Whether fewer than k are larger; of equal ones those come first that lie first. */
function amongLargest(x: Tensor, k: number): Tensor {
  const [own, other] = [expandDims(x, -1), expandDims(x, -2)];
  const n = x.dims.at(-1)!;
  const earlier = less(iota([n, n], 1), iota([n, n], 0));
  const before = logicalOr(greater(other, own), logicalAnd(equal(other, own), earlier));
  return less(sum(cast(before, "int32"), { axis: -1 }), k);
}

/** Every prediction beside every threshold. */
function compared({ positive, negative, predictions }: Decisions, thresholds: Variable): Counts {
  const above = greater(expandDims(predictions, 0), reshape(thresholds, [-1, 1, 1]));
  const decided = (said: boolean, weights: Tensor): Tensor => sum(said ? where(above, weights, 0) : where(above, 0, weights), { axis: 1 });
  return (kind) => decided(kind.endsWith("Positives"), positiveLabels(kind) ? positive : negative);
}
const positiveLabels = (kind: Kind): boolean => kind === "truePositives" || kind === "falseNegatives";

/**
 * Each decision is added to the last threshold below its prediction; a threshold's sum is that of all from it on. Many decisions
 * so cost no more than one addition each.
 */
function bucketed({ positive, negative, predictions }: Decisions, count: number, fromBelowZero: boolean): Counts {
  const labels = known("multiLabel", positive.dims[1]!);
  const bucket = sub(ceil(mul(clipByValue(predictions, 0, 1), count - 1)), 1);
  const within = cast(fromBelowZero ? maximum(bucket, 0) : bucket, "int32");
  const segment = add(within, mul(iota([1, labels], 1), count));
  const rows = reshape(stack([positive, negative], 2), [-1, 2]);
  const sums = reshape(unsortedSegmentSum(rows, reshape(segment, [-1]), count * labels), [labels, count, 2]);
  const above = sumsToEnd(transpose(sums, [1, 0, 2]), count);
  const saidPositive = (column: 0 | 1): Tensor => reshape(slice(above, [0, 0, column], [count, labels, 1]), [count, labels]);
  return (kind) => {
    const [column, weights] = positiveLabels(kind) ? ([0, positive] as const) : ([1, negative] as const);
    return kind.endsWith("Positives") ? saidPositive(column) : sub(sum(weights, { axis: 0 }), saidPositive(column));
  };
}

/** Each row the sum of itself and all later ones: every round adds rows twice as far away. */
function sumsToEnd(rows: Tensor, count: number): Tensor {
  let sums = rows;
  for (let reach = 1; reach < count; reach *= 2) {
    const later = slice(sums, [reach]);
    sums = add(sums, pad(later, [[0, reach], ...rows.dims.slice(1).map(() => [0, 0] as const)]));
  }
  return sums;
}
