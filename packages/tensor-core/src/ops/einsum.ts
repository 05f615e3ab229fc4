/** Sums of products over named axes, as transposes, one matrix product for each further tensor, and sums. */
import { type TensorLike, toTensor } from "../convert.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { mul, reshape, sum, transpose } from "../primitives.ts";
import { type Dim, isKnown, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matMul } from "./matmul.ts";
import { diagPart } from "./matrices.ts";

/** A tensor whose axes have names. */
interface Named {
  readonly x: Tensor;
  readonly axes: readonly string[];
}

/**
 * Einstein's summation: letters name axes, those missing behind the arrow are summed over, `...` stands for any axes in front.
 * @throws ValueError for an equation that does not fit the tensors, ShapeError where one letter means two sizes
 * @example
 * einsum("ij,jk->ik", a, b); // the matrix product
 * einsum("bqhd,bkhd->bhqk", query, key); // attention scores
 */
export function einsum(equation: string, ...tensors: TensorLike[]): Tensor {
  const list = tensors.map((x) => toTensor("einsum", x));
  const { inputs, output } = parse(equation, list);
  const named = list.map((x, i) => ({ x, axes: inputs[i]! }));
  const sizes = sizesOf(named);
  const missing = output.find((a) => !sizes.has(a));
  if (missing) throw new ValueError("einsum", `"${missing}" behind the arrow of "${equation}" names no axis`);
  const terms = named.map((t) => withoutTwins(withoutOnes(t, sizes)));
  const result = terms.reduce((a, b, i) => {
    const wanted = new Set([...output, ...terms.slice(i + 1).flatMap((t) => t.axes)]);
    return contract(keeping(a, new Set([...wanted, ...b.axes])), keeping(b, new Set([...wanted, ...a.axes])), [...wanted]);
  });
  return ordered(keeping(result, new Set(output)), output);
}

/**
 * The product of two tensors summed over pairs of axes.
 * @param axes how many of a's last axes meet b's first, or [a's axes, b's axes]
 */
export function tensordot(a: TensorLike, b: TensorLike, axes: number | readonly [readonly number[], readonly number[]] = 2): Tensor {
  const [x, y] = [toTensor("tensordot", a), toTensor("tensordot", b)];
  const count = (n: number, first: number): number[] => Array.from({ length: n }, (_, i) => first + i);
  const [left, right] = typeof axes === "number" ? [count(axes, x.rank - axes), count(axes, 0)] : axes;
  const of = (t: Tensor, list: readonly number[]): number[] => list.map((k) => normalizeAxis("tensordot", k, t.rank));
  const [p, q] = [of(x, left), of(y, right)];
  if (p.length !== q.length || p.some((k, i) => x.dims[k] !== y.dims[q[i]!]))
    throw new ShapeError("tensordot", `the axes [${p.join(", ")}] and [${q.join(", ")}] differ in size`, { got: [x.spec, y.spec] });
  const first = { x, axes: x.dims.map((_, k) => `a${k}`) };
  const second = { x: y, axes: y.dims.map((_, k) => (q.includes(k) ? `a${p[q.indexOf(k)]}` : `b${k}`)) };
  const output = [...first.axes.filter((_, k) => !p.includes(k)), ...second.axes.filter((_, k) => !q.includes(k))];
  return ordered(contract(first, second, output), output);
}

/** The names of every input's axes, and of the result's. */
function parse(
  equation: string,
  tensors: readonly Tensor[],
): { readonly inputs: readonly (readonly string[])[]; readonly output: readonly string[] } {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const parts = left!.split(",");
  const letters = parts.map((p) => [...p.replace("...", "")]);
  if (
    more.length ||
    parts.length !== tensors.length ||
    [...letters.flat(), ...(right ?? "").replace("...", "")].some((c) => !/[a-zA-Z]/.test(c))
  )
    throw new ValueError("einsum", `"${equation}" is no equation for ${tensors.length} tensors`, { hint: 'Write it like "ij,jk->ik".' });
  const extra = tensors.map((x, i) => x.rank - letters[i]!.length);
  const wrong = extra.findIndex((n, i) => n < 0 || (n > 0 && !parts[i]!.includes("...")));
  if (wrong >= 0) throw new ValueError("einsum", `"${parts[wrong]}" does not name the axes`, { got: [tensors[wrong]!.spec] });
  const most = Math.max(...extra);
  const dots = (n: number): string[] => Array.from({ length: n }, (_, i) => `...${most - n + i}`);
  const name = (part: string, n: number): string[] => {
    const [before, after] = part.split("...");
    return after === undefined ? [...before!] : [...before!, ...dots(n), ...after];
  };
  const once = [...new Set(letters.flat())].filter((c) => letters.flat().filter((d) => d === c).length === 1).sort();
  return { inputs: parts.map((p, i) => name(p, extra[i]!)), output: right === undefined ? [...dots(most), ...once] : name(right, most) };
}
/** What each name means: one size, or 1, which repeats. */
function sizesOf(terms: readonly Named[]): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const { x, axes } of terms) {
    axes.forEach((a, k) => {
      const [before, d] = [sizes.get(a) ?? 1, x.dims[k]!];
      if (before !== 1 && d !== 1 && before !== d)
        throw new ShapeError("einsum", `"${a}" names axes of different sizes`, { got: terms.map((t) => t.x.spec) });
      if (before === 1) sizes.set(a, d);
    });
  }
  return sizes;
}
/** An axis of size 1 that stands for a larger one is the same as none. */
function withoutOnes({ x, axes }: Named, sizes: ReadonlyMap<string, Dim>): Named {
  const kept = axes.flatMap((a, k) => (x.dims[k] === 1 && sizes.get(a) !== 1 ? [] : [k]));
  return {
    x: reshape(
      x,
      kept.map((k) => x.dims[k]!),
    ),
    axes: kept.map((k) => axes[k]!),
  };
}
/** An axis named twice is the diagonal. */
function withoutTwins(term: Named): Named {
  const { axes } = term;
  const twin = axes.findIndex((a, k) => axes.indexOf(a) !== k);
  if (twin < 0) return term;
  const rest = axes.filter((a) => a !== axes[twin]);
  const [first, ...others] = axes.flatMap((a, k) => (a === axes[twin] ? [k] : []));
  const perm = [...axes.keys()].filter((k) => axes[k] !== axes[twin]);
  const more = others.slice(1).map(() => axes[twin]!);
  const x = diagPart(transpose(term.x, [...perm, ...others.slice(1), first!, others[0]!]));
  return withoutTwins({ x, axes: [...rest, ...more, axes[twin]!] });
}
/** The sum over axes nobody wants. */
function keeping({ x, axes }: Named, wanted: ReadonlySet<string>): Named {
  const gone = axes.flatMap((a, k) => (wanted.has(a) ? [] : [k]));
  return gone.length ? { x: sum(x, { axis: gone }), axes: axes.filter((a) => wanted.has(a)) } : { x, axes };
}
/** The axes in an order. */
const ordered = ({ x, axes }: Named, order: readonly string[]): Tensor =>
  transpose(
    x,
    order.map((a) => axes.indexOf(a)),
  );
/** The product of two tensors, summed over the axes both have and nobody wants. */
function contract(a: Named, b: Named, wanted: readonly string[]): Named {
  const inOrder = (list: readonly string[]): string[] => [...list].sort((p, q) => wanted.indexOf(p) - wanted.indexOf(q));
  const shared = a.axes.filter((n) => b.axes.includes(n));
  const inner = shared.filter((n) => !wanted.includes(n));
  const batch = inOrder(shared.filter((n) => wanted.includes(n)));
  const [rows, columns] = [a, b].map((t) => inOrder(t.axes.filter((n) => !shared.includes(n)))) as [string[], string[]];
  // The rows of the product come before its columns.
  if (columns.length && rows.length && wanted.indexOf(columns[0]!) < wanted.indexOf(rows[0]!)) return contract(b, a, wanted);
  const size = (n: string): Dim => (a.axes.includes(n) ? a.x.dims[a.axes.indexOf(n)]! : b.x.dims[b.axes.indexOf(n)]!);
  const shape = (names: readonly string[]): Shape => names.map(size);
  const axes = [...batch, ...rows, ...columns];
  const left = ordered(a, [...batch, ...rows, ...inner]);
  const right = ordered(b, [...batch, ...inner, ...columns]);
  if (!inner.length)
    return {
      x: mul(
        reshape(left, [...left.dims, ...columns.map(() => 1)]),
        reshape(right, [...shape(batch), ...rows.map(() => 1), ...shape(columns)]),
      ),
      axes,
    };
  // Rows are merged into one axis; but of several unknown sizes no product is known, so those stay before it.
  const lead = rows.filter((n) => !isKnown(size(n))).length > 1 ? rows.slice(0, -1) : [];
  const one = (names: readonly string[]): Dim => sizeOf("einsum", shape(names));
  const product = matMul(
    reshape(left, [...shape(batch), ...shape(lead), one(rows.slice(lead.length)), one(inner)]),
    reshape(right, [...shape(batch), ...lead.map(() => 1), one(inner), one(columns)]),
  );
  return { x: reshape(product, shape(axes)), axes };
}
