/** Products of matrices that exist, or only seem to: what the kernels that compute them have in common. */
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import { type Kept, readerOf, slotOf } from "./elements.ts";
import type { Finish } from "./finish.ts";
import type { Side, Source } from "./source.ts";

/** Items of rows × inner by inner × columns; sizes are the most that an item has. */
export interface Product {
  readonly key: string;
  readonly items: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: Source;
  readonly right: Source;
  /** What `param` stands for in the text, from 4 on; before are items, rows, columns and inner. */
  readonly numbers: readonly number[];
  /** Declares `rowsOf(item)`, `columnsOf(item)`, `innerOf(item)`, and of the result as one matrix `rowAt(item, row)`, `columnAt(item, column)`. */
  write(param: (k: number) => string): string;
  /** Whether four columns of an item, from a multiple of four on, are such in the result. */
  readonly byFours: boolean;
}

/** The text of a product whose items are all as large; the result's rows and columns are given. */
export const evenItems =
  (row: (rows: string) => string, column: (columns: string) => string): Product["write"] =>
  (param) =>
    `fn rowsOf(item: i32) -> i32 { return ${param(1)}; }
fn columnsOf(item: i32) -> i32 { return ${param(2)}; }
fn innerOf(item: i32) -> i32 { return ${param(3)}; }
fn rowAt(item: i32, row: i32) -> i32 { return ${row(param(1))}; }
fn columnAt(item: i32, column: i32) -> i32 { return ${column(param(2))}; }`;
/** Items are matrices one after another. */
export const stacked: Product["write"] = /* @__PURE__ */ evenItems(
  (rows) => `item * ${rows} + row`,
  () => "column",
);
/** Items are side by side. */
export const abreast: Product["write"] = /* @__PURE__ */ evenItems(
  () => "row",
  (columns) => `item * ${columns} + column`,
);

export const numbersOf = (p: Product): number[] => [p.items, p.rows, p.columns, p.inner, ...p.numbers];

/** How a kernel that works on products is put together. */
export interface ProductShader {
  readonly name: string;
  readonly lanes: number;
  readonly kept: Kept;
  /** Params that the kernel has of its own, before all others. */
  readonly ownParams: number;
  /** Calls put(item, part, row, column, v) with four results, or putOne with one. */
  write(own: (k: number) => string, items: string): { readonly declarations: string; readonly body: string };
}

/** Slots: left, right, then those of what comes last. Params: the kernel's, the product's, those of both sides, then of the last. */
export function productShader(product: Product, output: Output, { name, lanes, kept, ownParams, write }: ProductShader): Shader {
  const { left, right } = product;
  const counts = [ownParams, numbersOf(product).length, left.numbers.length, right.numbers.length];
  const starts = counts.map((_, k) => counts.slice(0, k).reduce((a, b) => a + b, 0));
  const last = counts.reduce((a, b) => a + b, 0);
  const slots: Slot[] = [slotOf(left.elements), slotOf(right.elements), ...output.slots];
  return {
    name,
    slots,
    params: last + output.numbers.length,
    lanes,
    enables: kept === "f16" ? ["f16"] : undefined,
    write(reach) {
      const param =
        (from: number) =>
        (k: number): string =>
          reach.param(starts[from]! + k);
      const sideText = (source: Source, slot: 0 | 1): string => {
        const reader = readerOf(source.elements, slot, reach, kept);
        const side: Side = slot === 0 ? "left" : "right";
        return `${reader.declarations}\n${source.write(slot === 0 ? "Left" : "Right", side, { ...reader, param: param(2 + slot), kept })}`;
      };
      const own = write(param(0), param(1)(0));
      const declarations = [product.write(param(1)), sideText(left, 0), sideText(right, 1), output.write(2, last, reach), own.declarations];
      return { declarations: declarations.join("\n"), body: own.body };
    },
  };
}

/** Declares put(item, part, row, column, v: vec4f) and putOne(item, part, row, column, x: f32). */
export type Output = Pick<Finish, "key" | "slots" | "views" | "numbers"> & {
  write(firstSlot: number, firstParam: number, reach: Reach): string;
};

/** Results where they belong. */
export function finalOutput(finish: Finish): Output {
  return {
    ...finish,
    write(slot, param, reach) {
      const text = finish.write(slot, param, reach);
      const one = `fn putOne(item: i32, part: i32, row: i32, column: i32, x: f32) {
  if (row < rowsOf(item) && column < columnsOf(item)) { finish(rowAt(item, row), columnAt(item, column), x); }
}`;
      return `${text}
fn put(item: i32, part: i32, row: i32, column: i32, v: vec4f) {
  if (row < rowsOf(item) && column < columnsOf(item)) { finish4(rowAt(item, row), columnAt(item, column), v, columnsOf(item) - column); }
}
${text.includes("fn finish(") ? one : ""}`;
    },
  };
}
