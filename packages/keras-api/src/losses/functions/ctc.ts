/** Connectionist temporal classification: labels without their places in time (Graves et al. 2006, https://doi.org/10.1145/1143844.1143891). */
import {
  add,
  cast,
  equal,
  exp,
  expandDims,
  iota,
  known,
  log,
  logicalAnd,
  logicalOr,
  logSoftmax,
  logSumExp,
  matMul,
  maximum,
  mul,
  neg,
  notEqual,
  oneHot,
  pad,
  reshape,
  ShapeError,
  scan,
  slice,
  stopGradient,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
} from "@antler/tensor-core";

/** The class that stands for "no label here", and that fills labels up. */
const BLANK = 0;
/** The logarithm of what must not happen: TensorFlow's, so that labels that do not fit into the time cost a loss of that size. */
const FORBIDDEN = -707;
/** The logarithm of 0, finite so that differences of it are numbers. */
const NEVER = -1e30;

/**
 * Minus the log-probability of the labels, over all ways to spread them over time with blanks between.
 * @param yTrue labels from 1 on, filled up with 0, `[batch, most labels]`
 * @param yPred logits, class 0 being the blank, `[batch, time, classes]`
 * @returns `[batch]`
 * @throws ShapeError for other ranks
 */
export function ctc(yTrue: Tensor, yPred: Tensor): Tensor {
  if (yTrue.rank !== 2 || yPred.rank !== 3) {
    throw new ShapeError("ctc", "takes labels [batch, labels] and logits [batch, time, classes]", { got: [yTrue.spec, yPred.spec] });
  }
  const labels = cast(yTrue, "int32");
  const states = withBlanks(labels);
  const place = iota(states.dims, 1);
  const skip = skipCosts(states);
  // α[s]: the log-probability of having read the labels up to state s. Before time, only the first state can be.
  const before = cast(where(equal(place, 0), 0, NEVER), yPred.dtype);
  const step = (a: Tensor, emission: Tensor): readonly [Tensor, []] => [
    add(emission, logAddExp(a, later(a, 1), add(later(a, 2), skip))),
    [],
  ];
  const [after] = scan(step, before, emissions(states, yPred));
  const end = expandDims(mul(sum(cast(notEqual(labels, BLANK), "int32"), { axis: 1 }), 2), 1);
  const ends = logicalOr(equal(place, end), equal(place, sub(end, 1)));
  return neg(logSumExp(where(ends, after, NEVER), { axis: 1 }));
}

/** `[a, b]` → `[blank, a, blank, b, blank]`. */
function withBlanks(labels: Tensor): Tensor {
  const [batch, most] = labels.dims;
  const pairs = pad(
    expandDims(labels, 2),
    [
      [0, 0],
      [0, 0],
      [1, 0],
    ],
    BLANK,
  );
  return pad(
    reshape(pairs, [batch!, 2 * known("ctc", most!)]),
    [
      [0, 0],
      [0, 1],
    ],
    BLANK,
  );
}

/** What it costs to come from two states before: nothing between different labels, else it must not happen. */
function skipCosts(states: Tensor): Tensor {
  const twoBefore = later(states, 2, BLANK);
  return where(logicalAnd(notEqual(states, BLANK), notEqual(states, twoBefore)), 0, FORBIDDEN);
}

/** Every state's value from so many states before. */
function later(x: Tensor, by: number, fill = NEVER): Tensor {
  const shifted = pad(
    x,
    [
      [0, 0],
      [by, 0],
    ],
    fill,
  );
  return slice(shifted, [0, 0], x.dims);
}

/** The log-probability of every state's class at every time: `[time, batch, states]`. */
function emissions(states: Tensor, logits: Tensor): Tensor {
  const classes = known("ctc", logits.dims[2]!);
  const picks = oneHot(states, classes, { dtype: logits.dtype });
  return transpose(matMul(logSoftmax(logits), transpose(picks, [0, 2, 1])), [1, 0, 2]);
}

/** `log Σ eˣ` of three tensors, elementwise. */
function logAddExp(a: Tensor, b: Tensor, c: Tensor): Tensor {
  const most = stopGradient(maximum(maximum(a, b), c));
  const terms = [a, b, c].map((x) => exp(sub(x, most)));
  return add(log(add(add(terms[0]!, terms[1]!), terms[2]!)), most);
}
