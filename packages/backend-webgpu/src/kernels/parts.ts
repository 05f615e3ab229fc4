/** Long sums in parts: each is written down, and a second pass adds them up, always in one order. */

import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import type { Output, Product } from "./product.ts";

const LANES = 64;

/** Results of parts as [part, item, row, column], all float32. */
export interface Parts {
  readonly view: View;
  readonly items: number;
  readonly rows: number;
  readonly columns: number;
  /** Whether they are stored by fours. */
  readonly wide: boolean;
}

export function partsOutput(parts: Parts): Output {
  const { view, items, rows, columns, wide } = parts;
  return {
    key: `parts ${wide}`,
    slots: [{ dtype: "float32", access: "write", wide }],
    views: [view],
    numbers: [items, rows, columns],
    write(slot, first, reach) {
      const [items, rows, columns] = [0, 1, 2].map((k) => reach.param(first + k));
      const at = `((part * ${items} + item) * ${rows} + row) * ${columns} + column`;
      const four = wide
        ? reach.store4(slot, at, "v")
        : `for (var j = 0i; j < min(${columns} - column, 4); j++) { ${reach.store(slot, `${at} + j`, "v[j]")} }`;
      return `fn put(item: i32, part: i32, row: i32, column: i32, v: vec4f) {
  if (row < ${rows} && column < ${columns}) { ${four} }
}
${wide ? "" : `fn putOne(item: i32, part: i32, row: i32, column: i32, x: f32) { if (row < ${rows} && column < ${columns}) { ${reach.store(slot, at, "x")} } }`}`;
    },
  };
}

/** What runs a shader. */
export interface Dispatch {
  readonly key: string;
  readonly make: () => Shader;
  readonly views: readonly View[];
  readonly numbers: readonly number[];
  readonly groups: number;
}
/** The product of which there are parts: what `write` declares is needed to store. */
type Whole = Pick<Product, "key" | "numbers" | "write">;

/** Adds parts up, an invocation four columns. Params: items, rows, columns, the product's, the number of parts; then those of the output. */
export function addParts(parts: Parts, count: number, whole: Whole, output: Output): Dispatch {
  const { view, items, rows, columns, wide } = parts;
  const numbers = [items, rows, columns, 0, ...whole.numbers, count];
  const slots: Slot[] = [{ dtype: "float32", access: "read", wide }, ...output.slots];
  const make = (): Shader => ({
    name: "parts added up",
    slots,
    params: numbers.length + output.numbers.length,
    lanes: LANES,
    write(reach: Reach) {
      const [items, rows, columns, count] = [0, 1, 2, numbers.length - 1].map(reach.param);
      const value = wide ? reach.load4(0, "at") : `vec4f(${[0, 1, 2, 3].map((j) => reach.load(0, `min(at + ${j}i, last)`)).join(", ")})`;
      return {
        declarations: `${whole.write(reach.param)}\n${output.write(1, numbers.length, reach)}`,
        body: `let quads = (${columns} + 3i) / 4i;
let id = i32(group * ${LANES}u + lane);
let rows = ${items} * ${rows};
if (id >= rows * quads) { return; }
let column = id % quads * 4i;
let row = id / quads;
let last = ${count} * rows * ${columns} - 1i;
var sum = vec4f();
for (var part = 0i; part < ${count}; part++) {
  let at = (part * rows + row) * ${columns} + column;
  sum += ${value};
}
put(row / ${rows}, 0i, row % ${rows}, column, sum);`,
      };
    },
  });
  const groups = Math.ceil((items * rows * Math.ceil(columns / 4)) / LANES);
  const key = `add ${wide} ${whole.key} ${output.key}`;
  return { key, make, views: [view, ...output.views], numbers: [...numbers, ...output.numbers], groups };
}
