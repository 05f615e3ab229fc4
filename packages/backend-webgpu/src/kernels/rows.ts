/** Work on rows that need numbers of all of their elements: a row in one invocation, or shared by the lanes of a workgroup. */
import type { DType } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import { enabled, joinNear } from "../wgsl/subgroups.ts";
import type { GpuContext } from "./context.ts";

/** Rows of one length, one behind the other. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** How many numbers a lane joins at once: barriers are few, and so are steps. */
const JOINED = 16;
/** Invocations that share a row: one, so many that one can join what they have, or that times as many. */
type Share = 1 | 16 | 256;
const shareOf = (columns: number): Share => (columns <= 16 ? 1 : columns <= 256 ? 16 : 256);
const lanesOf = (share: Share): number => (share === 1 ? 64 : 256);

/** How the body of a row's kernel walks its row, of which `row` is the number and `columns` the length. */
interface Walk {
  /** Statements for each element that this lane has; `i` is its place in the array and `column` that in the row. */
  each(statements: string): string;
  /** A variable that all lanes of the row agree on: `combine` of `lift` over all elements. */
  fold(name: string, zero: string, lift: string, combine: (a: string, b: string) => string): string;
  /** Statements that one lane does for the row. */
  once(statements: string): string;
}

/** Parameters: rows, columns. */
function rowShader(
  name: string,
  share: Share,
  subgroup: number,
  slots: readonly Slot[],
  body: (reach: Reach, walk: Walk) => string,
): Shader {
  const lanes = lanesOf(share);
  const each = (statements: string): string => `for (var column = first; column < end; column += ${share}i) {
let i = start + column;
${statements}
}`;
  const once = (statements: string): string => `if (first == 0 && inside) { ${statements} }`;
  const arrays: string[] = [];
  const fold: Walk["fold"] = (variable, zero, lift, combine) => {
    const own = `var ${variable} = ${zero};\n${each(`${variable} = ${combine(variable, lift)};`)}`;
    if (share === 1) return own;
    // Neighbours first; then an array for each fold: nobody has to wait until another one was read.
    const near = Math.min(subgroup, share);
    const nearby = joinNear(near, (other) => `${variable} = ${combine(variable, other(variable))};`);
    const count = share / near;
    if (count === 1) return [own, nearby].join("\n");
    const shared = `${variable}Of`;
    arrays.push(`var<workgroup> ${shared}: array<f32, ${lanes / near}>;`);
    const barrier = "workgroupBarrier();";
    const join = (at: string, apart: number, count: number): string => `let at = lane / ${share}u * ${share / near}u${at};
${variable} = ${shared}[at];
for (var n = 1u; n < ${count}u; n++) { ${variable} = ${combine(variable, `${shared}[at + n * ${apart}u]`)}; }`;
    const put = `if (lane % ${near}u == 0u) { ${shared}[lane / ${near}u] = ${variable}; }`;
    const halfway =
      count <= JOINED
        ? []
        : [`if (first < ${JOINED}) {\n${join(" + u32(first)", JOINED, count / JOINED)}\n${shared}[at] = ${variable};\n}`, barrier];
    // All lanes of a row add up the same numbers in the same order.
    return [own, nearby, put, barrier, ...halfway, `{\n${join("", 1, Math.min(count, JOINED))}\n}`].join("\n");
  };
  return {
    name,
    slots,
    params: 2,
    lanes,
    enables: enabled(Math.min(subgroup, share)),
    write: (reach) => {
      arrays.length = 0;
      // Lanes of rows behind the last one have no elements, but meet the others at barriers.
      const text = `let columns = ${reach.param(1)};
let row = i32(group * ${lanes / share}u + lane / ${share}u);
let first = i32(lane % ${share}u);
let inside = row < ${reach.param(0)};
let start = row * columns;
let end = select(0i, columns, inside);
${body(reach, { each, fold, once })}`;
      return { declarations: arrays.join("\n"), body: text };
    },
  };
}

function run(
  context: GpuContext,
  name: string,
  { rows, columns }: Matrix,
  views: readonly View[],
  slots: readonly Slot[],
  body: (reach: Reach, walk: Walk) => string,
): void {
  const share = shareOf(columns);
  const key = `${name} ${slots.map((s) => s.dtype).join()} ${share}`;
  const groups = Math.ceil((rows * share) / lanesOf(share));
  context.run(key, () => rowShader(name, share, context.subgroup, slots, body), views, [rows, columns], groups);
}

const read = (dtype: DType = "float32"): Slot => ({ dtype, access: "read" });
const written: Slot = { dtype: "float32", access: "write" };
const plus = (a: string, b: string): string => `${a} + ${b}`;
const larger = (a: string, b: string): string => `maxF(${a}, ${b})`;
const LEAST = "bitcast<f32>(zero() + 0xff800000u)";

/** `eˣ / Σ eˣ`, or its logarithm. Rows with NaN or ∞, or of −∞ only, become NaN. */
export function softmaxRows(context: GpuContext, kind: "softmax" | "logSoftmax", matrix: Matrix, x: View, y: View): void {
  run(context, kind, matrix, [x, y], [read(), written], ({ load, store }, { each, fold }) => {
    const power = `exp_(${load(0, "i")} - most)`;
    const sums = [fold("most", LEAST, load(0, "i"), larger), fold("total", "0f", power, plus)];
    if (kind === "softmax") return [...sums, each(store(1, "i", `${power} / total`))].join("\n");
    return [...sums, "let depth = log_(total);", each(store(1, "i", `(${load(0, "i")} - most) - depth`))].join("\n");
  });
}

/** `log Σ eˣ − x[label]`; NaN for a label that is none of the columns. */
export function crossEntropyRows(context: GpuContext, matrix: Matrix, labels: View, dtype: DType, x: View, y: View): void {
  const slots = [read(dtype), read(), written];
  run(context, "sparseSoftmaxCrossEntropyWithLogits", matrix, [labels, x, y], slots, ({ load, store }, { fold, once }) => {
    // What is finite is subtracted; otherwise powers and their sum are infinite, 0 or NaN as the result is.
    const finite = "select(0f, most, (bitcast<u32>(most) & 0x7f800000u) != 0x7f800000u)";
    return `${fold("most", LEAST, load(1, "i"), larger)}
let top = ${finite};
${fold("total", "0f", `exp_(${load(1, "i")} - top)`, plus)}
${once(`let label = i32(${load(0, "row")});
var loss = bitcast<f32>(zero() + 0x7fc00000u);
if (label >= 0 && label < columns) { loss = (log_(total) + top) - ${load(1, "start + label")}; }
${store(2, "row", "loss")}`)}`;
  });
}

/** Means and variances of rows, each where it is wanted. */
export function momentRows(context: GpuContext, matrix: Matrix, x: View, mean: View | undefined, variance: View | undefined): void {
  const results = [mean, variance].filter((v) => v !== undefined);
  const name = `moments${mean ? " mean" : ""}${variance ? " variance" : ""}`;
  run(context, name, matrix, [x, ...results], [read(), ...results.map(() => written)], ({ load, store }, { fold, once }) => {
    const lines = [fold("sum", "0f", load(0, "i"), plus), "let mean = sum / f32(columns);"];
    if (variance) {
      const off = `${load(0, "i")} - mean`;
      lines.push(fold("squares", "0f", `(${off}) * (${off})`, plus));
    }
    if (mean) lines.push(once(store(1, "row", "mean")));
    if (variance) lines.push(once(store(results.length, "row", "squares / f32(columns)")));
    return lines.join("\n");
  });
}
