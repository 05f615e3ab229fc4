/** The arithmetic of reshape: the size left open, and which index an index means. */
import { ShapeError } from "./errors.ts";
import * as s from "./scalar.ts";
import { type Dim, isKnown, known, type Shape, sameSize, showShape, sizeOf, symbol } from "./shape.ts";

/** The shape with its −1, of which there is one, replaced by what is left. */
export function fillIn(from: Shape, shape: Shape): Shape {
  const rest = shape.filter((d) => d !== -1);
  if (rest.length !== shape.length - 1) throw new ShapeError("reshape", `only one size may be −1 in ${showShape(shape)}`);
  // Equal unknown sizes on both sides cancel; what stays must divide.
  const left = [...from];
  const others: Dim[] = [];
  for (const d of rest) {
    const at = isKnown(d) ? -1 : left.indexOf(d);
    if (at >= 0) left.splice(at, 1);
    else others.push(d);
  }
  const total = sizeOf("reshape", left);
  const part = known("reshape", sizeOf("reshape", others));
  const fits = isKnown(total) ? part !== 0 && total % part === 0 : total.factor % part === 0 && total.offset % part === 0;
  if (!fits) throw new ShapeError("reshape", `${showShape(shape)} does not divide the elements`, { got: [{ shape: from }] });
  const size: Dim = isKnown(total) ? total / part : part === 1 ? total : symbol(total.name, total.factor / part, total.offset / part);
  return shape.map((d) => (d === -1 ? size : d));
}

/** Places of one shape as places of another with equally many elements, group by group, so that untouched axes stay as they are. */
export function reindex(index: readonly s.Expr[], from: Shape, to: Shape): readonly s.Expr[] {
  const out: s.Expr[] = [];
  let i = 0;
  for (let j = 0; j < to.length; ) {
    const [i0, j0] = [i, j];
    i = Math.min(i + 1, from.length);
    j++;
    const closed = (): boolean => {
      const a = from.slice(i0, i);
      const b = to.slice(j0, j);
      return a.filter((d) => !isKnown(d)).length === b.filter((d) => !isKnown(d)).length ? sameSize("reshape", a, b) : false;
    };
    while (!closed()) {
      if (i < from.length && (j === to.length || smaller(from.slice(i0, i), to.slice(j0, j)))) i++;
      else if (j < to.length) j++;
      else break;
    }
    if (j === to.length) i = from.length;
    let flat: s.Expr = s.int(0);
    for (let k = i0; k < i; k++) flat = s.add(s.mul(flat, s.dim(from[k]!)), index[k]!);
    const group: s.Expr[] = [];
    for (let k = j - 1; k > j0; k--) {
      group.unshift(s.mod(flat, s.dim(to[k]!)));
      flat = s.floorDiv(flat, s.dim(to[k]!));
    }
    out.push(flat, ...group);
  }
  return out;
}
/** Which side of a group to lengthen: any order closes it in the end, this one soonest. */
function smaller(a: Shape, b: Shape): boolean {
  const unknown = (x: Shape): number => x.filter((d) => !isKnown(d)).length;
  if (unknown(a) !== unknown(b)) return unknown(a) < unknown(b);
  const numbers = (x: Shape): number => x.reduce<number>((n, d) => (isKnown(d) ? n * d : n * d.factor), 1);
  return numbers(a) < numbers(b);
}
