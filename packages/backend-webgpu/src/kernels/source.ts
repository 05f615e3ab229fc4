/** What the two sides of a product are read from: blocks of 4 × 4 elements, wherever these lie. */
import type { DType } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import { type Elements, elements, type Kept, type Reader } from "./elements.ts";

/**
 * One side of a product. Its outer axis is that of the result (rows of the left side, columns of the right), its inner axis the one
 * that is summed over. A product may consist of several items, such as the matrices of a batch.
 */
export interface Source {
  /** Equal where `write` gives equal texts. */
  readonly key: string;
  readonly elements: Elements;
  /** The axis along which neighbours lie in memory. */
  readonly along: "outer" | "inner";
  /** What `param` stands for in the text. */
  readonly numbers: readonly number[];
  /**
   * Declares `place<name>(item, outer)`, which works out in a vec4i what does not change along the inner axis, and
   * `block<name>(item, place, inner)`: the matrix whose vector k has the elements of four outer places at inner + k. Elements beyond
   * the ends of both axes are 0. The text may call `rowsOf(item)`, `columnsOf(item)` and `innerOf(item)`.
   */
  write(name: string, side: Side, reach: SourceReach): string;
}
export type Side = "left" | "right";
export interface SourceReach extends Pick<Reader, "one" | "four"> {
  param(k: number): string;
  readonly kept: Kept;
}
/** Where both axes of a side end. */
export const endsOf = (side: Side): string =>
  `let outerEnd = ${side === "left" ? "rowsOf(item)" : "columnsOf(item)"}; let innerEnd = innerOf(item);`;

/**
 * Whether all conditions hold, each of which costs nothing. Blocks have no branches: `&&` would be one, and SwiftShader needs minutes,
 * and gigabytes, to compile dozens of those inside of another.
 */
export const all = (...conditions: readonly string[]): string => conditions.map((c) => `(${c})`).join(" & ");

/** How long an axis is, and how far apart its elements lie. */
export interface Along {
  readonly size: number;
  readonly stride: number;
}
export interface Strided {
  readonly view: View;
  readonly dtype: DType;
  /** Sizes and strides of both axes. */
  readonly outer: Along;
  readonly inner: Along;
  readonly offset?: number | undefined;
  readonly items?: readonly Along[] | undefined;
}

/** A matrix with strides. */
export function strided({ view, dtype, outer, inner, offset = 0, items = [] }: Strided): Source {
  const along = outer.stride === 1 && inner.stride !== 1 ? "outer" : "inner";
  const [run, other] = along === "outer" ? [outer, inner] : [inner, outer];
  const steps = [run.stride === 1 ? run.size : 1, other.stride, offset, ...items.map((i) => i.stride)];
  const from = elements(view, dtype, steps);
  const { wide } = from;
  return {
    key: `strided ${along} ${wide} ${dtype} ${items.length}`,
    elements: from,
    along,
    numbers: [offset, outer.stride, inner.stride, ...items.flatMap(({ size, stride }) => [size, stride])],
    write(name, side, { one, four, param, kept }) {
      const itemAt = (k: number): string => `at += (rest % ${param(3 + 2 * k)}) * ${param(4 + 2 * k)}; rest /= ${param(3 + 2 * k)};`;
      const lines = fill(wide, kept, (i, j) => {
        const [outer, inner] = along === "outer" ? [j, i] : [i, j];
        const at = `place.x + ${outer} * ${param(1)} + (inner + ${inner}) * ${param(2)}`;
        return { inside: all(`place.y + ${outer} < outerEnd`, `inner + ${inner} < innerEnd`), one: one(at), four: four(at) };
      });
      return `fn place${name}(item: i32, outer: i32) -> vec4i {
  var at = ${param(0)};
  var rest = item;
  ${items.map((_, k) => itemAt(items.length - 1 - k)).join("\n  ")}
  return vec4i(at + outer * ${param(1)}, outer, 0, 0);
}
fn block${name}(item: i32, place: vec4i, inner: i32) -> mat4x4<${kept}> {
  var m = mat4x4<${kept}>();
  ${endsOf(side)}
  ${lines}
  return ${along === "outer" ? "m" : "transpose(m)"};
}`;
    },
  };
}

/**
 * Statements that fill the matrix `m`, whose vectors are runs of neighbours: four of those, or sixteen elements, each where it is
 * there. What is not is read, harmlessly, and not used: that costs less than sixteen branches.
 */
export function fill(
  wide: boolean,
  kept: Kept,
  at: (i: string, j: string) => { readonly inside: string; readonly one: string; readonly four: string },
): string {
  const lines: string[] = [];
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < (wide ? 1 : 4); j++) {
      const { inside, one, four } = at(`${i}i`, `${j}i`);
      lines.push(wide ? `m[${i}] = select(vec4<${kept}>(), ${four}, ${inside});` : `m[${i}][${j}] = select(0, ${one}, ${inside});`);
    }
  }
  return lines.join("\n  ");
}
