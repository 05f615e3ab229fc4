/** Rows put together by their ids: sums, and the last row of each id. */
import type { DType } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import type { GpuContext } from "./context.ts";

const LANES = 64;
const groupsFor = (count: number): number => Math.ceil(count / LANES);
/** A shader with an invocation for each of as many things as its first parameter says. */
const each = (name: string, slots: readonly Slot[], params: number, body: (reach: Reach) => string): Shader => ({
  name,
  slots,
  params,
  lanes: LANES,
  write: (reach) => ({
    body: `let i = i32(group * ${LANES}u + lane);\nif (i >= ${reach.param(0)}) { return; }\n${body(reach)}`,
  }),
});
/** Goes on only where the id of a row is one of the segments. */
const known = (id: string, segments: string): string => `let id = i32(${id});\nif (id < 0 || id >= ${segments}) { return; }`;

/** Zeros of 32 bits, or truths that are false. */
const clear = (dtype: "uint32" | "bool"): Shader =>
  each("clear", [{ dtype, access: "write", atomic: dtype === "bool" }], 1, ({ store }) => store(0, "i", dtype === "bool" ? "false" : "0u"));

const sumShader = (dtype: DType, ids: DType): Shader =>
  each(
    "unsortedSegmentSum",
    [
      { dtype, access: "read" },
      { dtype: ids, access: "read" },
      { dtype, access: "write", atomic: true },
    ],
    3,
    ({ load, add, store, param }) => {
      const [x, at] = [load(0, "i"), `id * ${param(1)} + i % ${param(1)}`];
      const put = dtype === "bool" ? `if (${x}) { ${store(2, at, "true")} }` : add(2, at, x);
      return `${known(load(1, `i / ${param(1)}`), param(2))}\n${put}`;
    },
  );
const raiseShader = (ids: DType): Shader =>
  each(
    "lastRow",
    [
      { dtype: ids, access: "read" },
      { dtype: "uint32", access: "write", atomic: true },
    ],
    2,
    ({ load, raise, param }) => `${known(load(0, "i"), param(1))}\n${raise(1, "id", "u32(i) + 1u")}`,
  );
/** From counts that begin at 1, and 0 for none, to places, and −1 for none. */
const lowerShader = (): Shader =>
  each("lastRow places", [{ dtype: "int32", access: "write" }], 1, ({ load, store }) => store(0, "i", `${load(0, "i")} - 1`));

export interface Ids {
  readonly view: View;
  /** Of 32 bits. */
  readonly dtype: DType;
  readonly rows: number;
  readonly segments: number;
}
export interface Rows {
  /** Of 32 bits, or bool. */
  readonly dtype: DType;
  readonly x: View;
  readonly y: View;
  /** Elements of a row. */
  readonly width: number;
}

/**
 * Sums of rows by id; a sum of truths is whether any is true. Rows of one id are added as they come: the last bits of sums of floats
 * may differ from run to run.
 */
export function sumSegments(context: GpuContext, { dtype, x, y, width }: Rows, { view, dtype: idType, rows, segments }: Ids): void {
  const [from, to] = [rows * width, segments * width];
  clearAll(context, y, to, dtype === "bool" ? "bool" : "uint32");
  context.run(`segmentSum ${dtype} ${idType}`, () => sumShader(dtype, idType), [x, view, y], [from, width, segments], groupsFor(from));
}
const clearAll = (context: GpuContext, y: View, count: number, dtype: "uint32" | "bool" = "uint32"): void =>
  context.run(`clear ${dtype}`, () => clear(dtype), [y], [count], groupsFor(count));

/** For each segment the last row that has its id, −1 where none does. */
export function lastOfSegments(context: GpuContext, { view, dtype, rows, segments }: Ids, y: View): void {
  clearAll(context, y, segments);
  context.run(`lastRow ${dtype}`, () => raiseShader(dtype), [view, y], [rows, segments], groupsFor(rows));
  context.run("lastRow places", lowerShader, [y], [segments], groupsFor(segments));
}
