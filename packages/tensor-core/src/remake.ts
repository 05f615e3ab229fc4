/** Which values of a loop's step are sooner made again, from one that is remembered, than remembered themselves. */
import { dtypeInfo } from "./dtype.ts";
import type { Node, Value } from "./graph.ts";
import type { MapHow } from "./op.ts";
import { type Expr, isHeavy, leaf as leafExpr } from "./scalar.ts";
import { sameShape } from "./shape.ts";

/** So few cheap ops cost less than writing a value down and reading it. */
const MOST_OPS = 4;

/** What a value is made of: one value of its step, or none, and the number of cheap ops in between. */
interface Recipe {
  readonly of: Value | undefined;
  readonly ops: number;
}

/**
 * Tells whether a value is a few cheap ops on a single one that is no larger: what the gradients of a sigmoid and of a tanh read
 * is made of their results.
 * @param stepwise what changes from step to step
 */
export function remakes(stepwise: ReadonlySet<Value>): (v: Value) => boolean {
  const known = new Map<Value, Recipe | undefined>();
  const recipe = (v: Value): Recipe | undefined => {
    if (!known.has(v)) known.set(v, make(v));
    return known.get(v);
  };
  const make = ({ node, spec }: Value): Recipe | undefined => {
    if (node?.op.how.kind === "source" && spec.shape.length === 0) return { of: undefined, ops: 0 };
    const own = node?.op.how.kind === "map" ? cheapOps(node, node.op.how) : undefined;
    if (!node || own === undefined) return undefined;
    const inputs = node.inputs.map((x) => recipe(x) ?? { of: x, ops: 0 });
    const [first, ...others] = new Set(inputs.flatMap(({ of }) => of ?? []));
    const ops = inputs.reduce((n, r) => n + r.ops, own);
    return others.length > 0 || ops > MOST_OPS ? undefined : { of: first, ops };
  };
  return (v) => {
    const of = recipe(v)?.of;
    return of !== undefined && stepwise.has(of) && sameShape(of.spec.shape, v.spec.shape) && bytes(of) <= bytes(v);
  };
}
const bytes = ({ spec }: Value): number => dtypeInfo(spec.dtype).bytes;

/** How many ops a map does to an element; undefined where one of them is heavy. */
function cheapOps({ inputs, attrs }: Node, how: MapHow<unknown>): number | undefined {
  const specs = inputs.map((v) => v.spec);
  const leaves = specs.map((s, k) => leafExpr("acc", s.dtype, k));
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e) || e.args.length === 0) return;
    seen.add(e);
    e.args.forEach(visit);
  };
  how.body(leaves, attrs, specs).forEach(visit);
  return [...seen].some((e) => isHeavy(e.op)) ? undefined : seen.size;
}
