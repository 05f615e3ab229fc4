/** What a value costs to compute again, against reading it from memory. */
import type { Node, Value } from "@antler/tensor-core";
import * as s from "@antler/tensor-core/scalars";
import { sizeOfValue } from "./element.ts";
import type { Expr } from "./kernel.ts";
import { typicalSize } from "./size.ts";
import { topological } from "./walk.ts";

/** Of an op that costs many times a load, and of one that is a function of such. */
const HEAVY_COST = 8;
export const LONG_COST = 16;
const costOf = ({ op, args }: Expr): number => (args.length === 0 ? 0 : s.isLong(op) ? LONG_COST : s.isHeavy(op) ? HEAVY_COST : 1);

/** The cost of a node's own arithmetic, an element: 1 for a cheap op. */
function ownCost(node: Node): number {
  const { how } = node.op;
  const specs = node.inputs.map((v) => v.spec);
  let exprs: readonly Expr[];
  if (how.kind === "map") {
    exprs = how.body(
      specs.map((x, k) => s.leaf("acc", x.dtype, k)),
      node.attrs as never,
      specs,
    );
  } else if (how.kind === "source") {
    const [out] = node.outputs;
    exprs = [
      how.element(
        out!.spec.shape.map((_, k) => s.leaf("acc", "int32", k)),
        node.attrs as never,
        specs,
        out!.spec,
      ),
    ];
  } else return 0;
  return topological(exprs).reduce((n, e) => n + costOf(e), 0);
}

export interface Weight {
  /** Arithmetic to make one element from memory, if nothing in between is stored. */
  readonly cost: number;
  /** Reads from memory for it. */
  readonly loads: number;
}

/** An element that serves so many others is hardly read. */
const FEW = 16;
export const sizeOf = (v: Value): number => typicalSize(sizeOfValue(v));

/** Weights of all values of a graph whose nodes come in order. */
export function weights(nodes: readonly Node[]): (v: Value) => Weight {
  const known = new Map<Value, Weight>();
  const inMemory: Weight = { cost: 0, loads: 1 };
  const of = (v: Value): Weight => known.get(v) ?? inMemory;
  for (const node of nodes) {
    const { kind } = node.op.how;
    if (kind !== "map" && kind !== "view" && kind !== "source") continue;
    const own = ownCost(node);
    const size = sizeOf(node.outputs[0]!);
    // A number for each row, say, is in a register while the row is read.
    const inputs = [...new Set(node.inputs)];
    const weight = {
      cost: inputs.reduce((n, x) => n + of(x).cost, own),
      loads: inputs.reduce((n, x) => n + (sizeOf(x) * FEW <= size ? 0 : of(x).loads), 0),
    };
    for (const v of node.outputs) known.set(v, weight);
  }
  return of;
}

/** Cheaper to make again than to write down and read: at most one load and two cheap ops, or hardly anything at all. */
export const isLight = ({ cost, loads }: Weight): boolean => (loads <= 1 ? cost <= 2 : false);
/** An expression beyond this is cut, lest kernels grow without bound. */
export const BUDGET = 400;
