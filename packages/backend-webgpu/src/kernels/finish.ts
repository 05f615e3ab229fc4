/** How a kernel stores its result, a matrix: as it is, or through the maps that come after it. */
import type { MatchedCall, MatchedEpilogue } from "@antler/compiler";
import { type DType, isHalf } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import { epilogueText } from "../generate/epilogue.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import { bytesOf, typeOf } from "../wgsl/text.ts";

/** Slots and params that a shader has beside its own, and the function that stores. */
export interface Finish {
  readonly key: string;
  readonly slots: readonly Slot[];
  readonly views: readonly View[];
  readonly numbers: readonly number[];
  /**
   * Declares `finish(i0, i1, x)`, which stores one element, at row i0 and column i1; and `finish4(i0, i1, v, count)`, which stores
   * the first of four.
   */
  write(firstSlot: number, firstParam: number, reach: Reach): string;
  /** To be called when the shader has run. */
  done(): void;
}
/** "wide" and "pairs" store four or two elements at once, and so need rows that begin where such do, and no single elements. */
type Manner = "wide" | "pairs" | "single";

export interface FinishOptions {
  readonly rows: number;
  readonly columns: number;
  /** Whether columns come by fours from multiples of four on. */
  readonly byFours: boolean;
  /** Buffers that the shader binds beside those of the finish, and how many it may. */
  readonly others: number;
  readonly most: number;
}

/** The finish of a call's first output. */
export function finishOf(call: MatchedCall, options: FinishOptions): Finish {
  const { dtype } = call.specs.outputs[0]!;
  const view = call.outputs[0] as View;
  const { epilogue, done } = call;
  const { rows, columns, others, most } = options;
  const takes = epilogue && epilogue.kernel.checks.length === 0 && epilogue.kernel.buffers.length + others <= most;
  if (takes) return withEpilogue(epilogue, dtype, options);
  return { ...plainFinish(view, dtype, options), done: () => done?.(0, rows, 0, columns) };
}

function mannerOf(view: View, dtype: DType, { columns, byFours }: Pick<FinishOptions, "columns" | "byFours">): Manner {
  if (!byFours) return "single";
  if (bytesOf(dtype) === 4 && columns % 4 === 0 && view.offset % 16 === 0 && view.block.bytes % 16 === 0) return "wide";
  return bytesOf(dtype) === 2 && columns % 2 === 0 && view.offset % 4 === 0 ? "pairs" : "single";
}
const slotOf = (dtype: DType, manner: Manner): Slot => ({
  dtype,
  access: "write",
  wide: manner === "wide",
  atomic: manner === "single" && bytesOf(dtype) < 4,
});
/** Float32 as a dtype's registers hold it. */
const narrowed = (x: string, dtype: DType): string => (isHalf(dtype) ? `${dtype === "float16" ? "floatToHalf" : "floatToBrain"}(${x})` : x);

/** Stores a matrix of floats of so many columns, given as float32. */
export function plainFinish(view: View, dtype: DType, options: Pick<FinishOptions, "columns" | "byFours">): Finish {
  const manner = mannerOf(view, dtype, options);
  return {
    key: `${dtype} ${manner}`,
    slots: [slotOf(dtype, manner)],
    views: [view],
    numbers: [options.columns],
    write(slot, param, reach) {
      const index = (column: string): string => `i0 * ${reach.param(param)} + ${column}`;
      const value = (x: string): string => narrowed(x, dtype);
      const single = `fn finish(i0: i32, i1: i32, x: f32) { ${reach.store(slot, index("i1"), value("x"))} }`;
      if (manner === "single") return `${single}\n${oneByOne}`;
      const four =
        manner === "wide"
          ? reach.store4(slot, index("i1"), "v")
          : pairs((n) => reach.pack(slot, index(`i1 + ${n}i`), `${value(`v[${n}]`)} | (${value(`v[${n + 1}]`)} << 16u)`));
      return `fn finish4(i0: i32, i1: i32, v: vec4f, count: i32) { ${four} }`;
    },
    done() {},
  };
}
const oneByOne =
  "fn finish4(i0: i32, i1: i32, v: vec4f, count: i32) { for (var j = 0i; j < min(count, 4); j++) { finish(i0, i1 + j, v[j]); } }";
/** Rows of an even length end with a pair. */
const pairs = (store: (n: number) => string): string => `${store(0)} if (count > 2) { ${store(2)} }`;

function withEpilogue({ kernel, params, result, buffers }: MatchedEpilogue, dtype: DType, options: FinishOptions): Finish {
  const all = buffers() as readonly View[];
  const [only, ...more] = kernel.stores;
  const manner = more.length > 0 ? "single" : mannerOf(all[only!.slot]!, kernel.buffers[only!.slot]!, options);
  // What the kernel reads of the result never reaches memory.
  const kept = kernel.buffers.map((_, k) => k).filter((k) => k !== result);
  const place = new Map(kept.map((k, n) => [k, n]));
  return {
    key: `${kernel.key} ${result} ${manner}`,
    slots: kept.map((k): Slot => (k < kernel.reads ? { dtype: kernel.buffers[k]!, access: "read" } : slotOf(kernel.buffers[k]!, manner))),
    views: kept.map((k) => all[k]!),
    numbers: params,
    write(firstSlot, firstParam, reach) {
      const at = (k: number): number => firstSlot + place.get(k)!;
      const load: Reach["load"] = (k, index) => reach.load(at(k), index);
      const { lines, stores } = epilogueText(kernel, result, { load, param: (k) => reach.param(firstParam + k) });
      const head = `(i0: i32, i1: i32, x: ${typeOf(dtype)})`;
      const given = narrowed("x", dtype);
      if (manner === "single") {
        const statements = stores.map((s) => reach.store(at(s.slot), s.index, s.value));
        return `fn finished${head} { ${[...lines, ...statements].join("\n")} }
fn finish(i0: i32, i1: i32, x: f32) { finished(i0, i1, ${given}); }
${oneByOne}`;
      }
      const [{ slot, index, value, type }] = stores as [(typeof stores)[0]];
      const one = (n: number): string => `finished(i0, i1 + ${n}i, ${narrowed(`v[${n}]`, dtype)})`;
      const four =
        manner === "wide"
          ? reach.store4(at(slot), "place(i0, i1)", `vec4<${type}>(${[0, 1, 2, 3].map(one).join(", ")})`)
          : pairs((n) => reach.pack(at(slot), `place(i0, i1 + ${n}i)`, `${one(n)} | (${one(n + 1)} << 16u)`));
      // The place does not depend on the value.
      return `fn finished${head} -> ${type} { ${lines.join("\n")}\nreturn ${value}; }
fn place(i0: i32, i1: i32) -> i32 { return ${index}; }
fn finish4(i0: i32, i1: i32, v: vec4f, count: i32) { ${four} }`;
    },
    done() {},
  };
}
