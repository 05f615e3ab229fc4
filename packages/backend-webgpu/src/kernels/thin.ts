/**
 * A product with at most four rows: all time goes into reading the right side, so each of its blocks is read once, into registers.
 * Invocations share the inner axis and add up what they have. Turned, the same for at most four columns.
 */
import type { ProductShader } from "./product.ts";
import type { Source } from "./source.ts";

/** Invocations of a group. Where the GPU is a program, each number of the group's memory costs its compiler half a millisecond. */
const [LANES, SOFTWARE_LANES] = [64, 16];
/** Params: how many groups lie beside each other, how many parts the inner axis is cut into, and their length. */
export const THIN_PARAMS = 3;

/** How the invocations of a group share the work: columns by fours, and slices of the inner axis. */
export interface Sharing {
  readonly quads: number;
  readonly slices: number;
}
export function sharingOf({ along }: Source, columns: number, isSoftware: boolean): Sharing {
  if (isSoftware) return { quads: 4, slices: SOFTWARE_LANES / 4 };
  // Neighbouring invocations read neighbours.
  const quads = along === "outer" && columns > 16 ? 16 : 4;
  return { quads, slices: LANES / quads };
}

/**
 * @param lines how many rows there are at most, of four that blocks have
 * @param turned whether the sides have changed places: the kernel's rows are then the result's columns
 */
export function thinKernel(right: Source, { quads, slices }: Sharing, lines: number, turned: boolean): ProductShader {
  const lanes = quads * slices;
  const [across, down] =
    right.along === "outer" ? [`lane0 % ${quads}i`, `lane0 / ${quads}i`] : [`lane0 / ${slices}i`, `lane0 % ${slices}i`];
  const [thin, thick] = turned ? ["Right", "Left"] : ["Left", "Right"];
  const four = [0, 1, 2, 3];
  const rows = four.slice(0, lines);
  const store = turned
    ? four.map((n) => `putOne(item, part, first + ${n}i, row, sum[${n}]);`).join(" ")
    : "put(item, part, row, first, sum);";
  return {
    name: "thin product",
    lanes,
    kept: "f32",
    ownParams: THIN_PARAMS,
    write: (own, items) => ({
      declarations: `var<workgroup> sums: array<vec4f, ${lanes * lines}>;`,
      body: `let lane0 = i32(lane);
let item = i32(group) / ${own(0)} % ${items};
let part = i32(group) / ${own(0)} / ${items};
let column0 = i32(group) % ${own(0)} * ${4 * quads}i;
let quad = ${across};
let slice = ${down};
let thin = place${thin}(item, 0i);
let thick = place${thick}(item, column0 + quad * 4i);
let end = min(innerOf(item), (part + 1) * ${own(2)});
${rows.map((r) => `var sum${r} = vec4f();`).join(" ")}
for (var k = part * ${own(2)} + slice * 4i; k < end; k += ${4 * slices}i) {
  let a = block${thin}(item, thin, k);
  let b = block${thick}(item, thick, k);
  ${four.flatMap((k) => rows.map((r) => `sum${r} = fma(vec4f(a[${k}][${r}]), b[${k}], sum${r});`)).join("\n  ")}
}
${rows.map((r) => `sums[(slice * ${quads}i + quad) * ${lines}i + ${r}i] = sum${r};`).join("\n")}
workgroupBarrier();
if (lane0 < ${lines * quads}i) {
  var sum = vec4f();
  for (var s = 0i; s < ${slices}i; s++) { sum += sums[s * ${lines * quads}i + lane0]; }
  let row = lane0 % ${lines}i;
  let first = column0 + lane0 / ${lines}i * 4i;
  ${store}
}`,
    }),
  };
}
