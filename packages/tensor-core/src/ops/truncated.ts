/** Truncated normal numbers: those far from the mean are drawn again. */
import { apply } from "../dispatch.ts";
import type { Op } from "../op.ts";
import { reshape } from "../primitives.ts";
import { boxMuller, keyOf, type NormalOptions, spread, wordsOf } from "../random.ts";
import * as s from "../scalar.ts";
import { elements, knownShape, type Shape } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";

/** Four truncated numbers have 256 blocks of the stream to themselves. Fewer than 4 of 16 normal ones within bounds: once in 10¹⁵. */
const BLOCKS = 256;
const CANDIDATES = 16;
/** The first candidates of each group of four. */
const candidatesOp: Op<{ groups: number }> = {
  name: "truncatedCandidates",
  infer: (_, { groups }) => [makeSpec([groups, CANDIDATES], "float32")],
  vjp: () => [null],
  how: {
    kind: "source",
    element([group, candidate]) {
      const low = s.add(s.mul(group!, s.int(BLOCKS)), s.floorDiv(candidate!, s.int(4)));
      const high = s.floorDiv(group!, s.int(2 ** 32 / BLOCKS));
      return boxMuller(wordsOf(s.cast(low, "uint32"), s.cast(high, "uint32")), s.mod(candidate!, s.int(4)));
    },
  },
};
/** Element k of a group: the k-th of its candidates that lies within bounds. */
const acceptedOp: Op<{ count: number }> = {
  name: "truncatedNormal",
  infer: (_, { count }) => [makeSpec([count], "float32")],
  vjp: () => [null],
  how: {
    kind: "source",
    element([i]) {
      const [group, wanted] = [s.floorDiv(i!, s.int(4)), s.mod(i!, s.int(4))];
      let found = s.num(0, "float32");
      let before = s.int(0);
      for (let k = 0; k < CANDIDATES; k++) {
        const x = s.read(0, "float32", [group, s.int(k)]);
        const inside = s.lt(s.unary("abs", x), s.num(2, "float32"));
        found = s.select(s.and(inside, s.eq(before, wanted)), x, found);
        before = s.add(before, s.cast(inside, "int32"));
      }
      return found;
    },
  },
};
/**
 * Normal numbers of which those beyond two standard deviations were drawn again, in the order in which
 * `tf.random.stateless_truncated_normal(..., alg="philox")` draws them.
 * @param shape all sizes known
 */
export function truncatedNormal(shape: Shape, { seed, mean = 0, stddev = 1 }: NormalOptions): Tensor {
  const count = elements(knownShape("truncatedNormal", shape));
  const candidates = apply(candidatesOp, [keyOf("truncatedNormal", seed)], { groups: Math.ceil(count / 4) });
  return spread(reshape(apply(acceptedOp, [candidates], { count }), shape), mean, stddev);
}
