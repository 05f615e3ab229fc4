/**
 * The order of lines of numbers, by Batcher's bitonic network ("Sorting networks and their applications", 1968): pairs of a key
 * and a place, in blocks within a workgroup, and across blocks in a pass for each distance.
 */
import type { DType } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import { typeOf } from "../wgsl/text.ts";
import type { GpuContext } from "./context.ts";

export interface Sorting {
  /** Of 32 bits. */
  readonly dtype: DType;
  readonly descending: boolean;
  readonly x: View;
  /** Places as int32, so many of each line as are kept. */
  readonly y: View;
  readonly lines: number;
  readonly columns: number;
  readonly kept: number;
}

const LANES = 256;
/** Pairs that a workgroup sorts. */
const BLOCK = 1024;

/** Keys order as their numbers do, equal zeros included; NaN is larger than all. */
const keyOf: { readonly [type: string]: string } = {
  u32: "fn keyOf(x: u32) -> u32 { return x; }",
  i32: "fn keyOf(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }",
  f32: `fn keyOf(x: f32) -> u32 {
  if (isNan(x)) { return 0xffffffffu; }
  let word = bitcast<u32>(x);
  if ((word & 0x7fffffffu) == 0u) { return 0x80000000u; }
  return select(word | 0x80000000u, ~word, word >> 31u == 1u);
}`,
};

const pairs: readonly Slot[] = [
  { dtype: "uint32", access: "write" },
  { dtype: "int32", access: "write" },
];
const place = `let i = i32(group * ${LANES}u + lane);`;

/** Keys and places of lines filled up to a power of two; what fills them comes last. Parameters: pairs, pairs a line, columns. */
const begin = (dtype: DType, descending: boolean): Shader => ({
  name: "argSort keys",
  slots: [...pairs, { dtype, access: "read" }],
  params: 3,
  lanes: LANES,
  write: ({ load, store, param }) => ({
    declarations: keyOf[typeOf(dtype)]!,
    body: `${place}
if (i >= ${param(0)}) { return; }
let column = i % ${param(1)};
var key = 0xffffffffu;
if (column < ${param(2)}) { key = ${descending ? "~" : ""}keyOf(${load(2, `i / ${param(1)} * ${param(2)} + column`)}); }
${store(0, "i", "key")}
${store(1, "i", "column")}`,
  }),
});

/** Puts two pairs in order: of equal keys the lower place comes first. */
const exchange = (a: string, b: string, ascending: string, swap: string): string => `let ka = keys[${a}]; let kb = keys[${b}];
let pa = places[${a}]; let pb = places[${b}];
if (((ka > kb) || (ka == kb && pa > pb)) == (${ascending})) { ${swap} }`;
const swapShared = (a: string, b: string): string => `keys[${a}] = kb; keys[${b}] = ka; places[${a}] = pb; places[${b}] = pa;`;

/** Blocks in a workgroup's own memory. Parameters: pairs, pairs a line, the first length of runs that are merged, the last. */
const block: Shader = {
  name: "argSort block",
  slots: pairs,
  params: 4,
  lanes: LANES,
  write: ({ load, store, param }) => ({
    declarations: `var<workgroup> keys: array<u32, ${BLOCK}>;\nvar<workgroup> places: array<i32, ${BLOCK}>;`,
    body: `let base = i32(group) * ${BLOCK}i;
for (var n = i32(lane); n < ${BLOCK}i; n += ${LANES}i) {
  if (base + n < ${param(0)}) { keys[n] = ${load(0, "base + n")}; places[n] = ${load(1, "base + n")}; }
}
workgroupBarrier();
for (var run = ${param(2)}; run <= ${param(3)}; run *= 2) {
  for (var apart = min(run, ${BLOCK}i) / 2; apart > 0; apart /= 2) {
    for (var n = i32(lane); n < ${BLOCK / 2}i; n += ${LANES}i) {
      let a = (n / apart) * 2 * apart + n % apart;
      let b = a + apart;
      let ascending = (((base + a) % ${param(1)}) & run) == 0;
      if (base + b < ${param(0)}) {
        ${exchange("a", "b", "ascending", swapShared("a", "b"))}
      }
    }
    workgroupBarrier();
  }
}
for (var n = i32(lane); n < ${BLOCK}i; n += ${LANES}i) {
  if (base + n < ${param(0)}) { ${store(0, "base + n", "keys[n]")} ${store(1, "base + n", "places[n]")} }
}`,
  }),
};

/** One distance that is wider than a block. Parameters: pairs, pairs a line, the length of runs, the distance. */
const across: Shader = {
  name: "argSort merge",
  slots: pairs,
  params: 4,
  lanes: LANES,
  write: (reach: Reach) => {
    const { load, store, param } = reach;
    const swap = `${store(0, "a", "kb")} ${store(0, "b", "ka")} ${store(1, "a", "pb")} ${store(1, "b", "pa")}`;
    const body = `${place}
if (i >= ${param(0)} / 2) { return; }
let apart = ${param(3)};
let a = (i / apart) * 2 * apart + i % apart;
let b = a + apart;
let ascending = ((a % ${param(1)}) & ${param(2)}) == 0;
let ka = ${load(0, "a")}; let kb = ${load(0, "b")}; let pa = ${load(1, "a")}; let pb = ${load(1, "b")};
if (((ka > kb) || (ka == kb && pa > pb)) == ascending) { ${swap} }`;
    return { body };
  },
};

/** Parameters: places kept in all, places kept of a line, pairs a line. */
const end: Shader = {
  name: "argSort places",
  slots: [
    { dtype: "int32", access: "read" },
    { dtype: "int32", access: "write" },
  ],
  params: 3,
  lanes: LANES,
  write: ({ load, store, param }) => ({
    body: `${place}\nif (i >= ${param(0)}) { return; }\n${store(1, "i", load(0, `i / ${param(1)} * ${param(2)} + i % ${param(1)}`))}`,
  }),
};

const groupsFor = (count: number): number => Math.ceil(count / LANES);

/** Writes the places of the first elements of each line; of equal elements the earlier comes first. */
export function sortPlaces(context: GpuContext, { dtype, descending, x, y, lines, columns, kept }: Sorting): void {
  if (lines * kept === 0) return;
  const wide = 2 ** Math.ceil(Math.log2(Math.max(2, columns)));
  const count = lines * wide;
  const bytes = 4 * count;
  context.withScratch(2 * bytes, ({ block: memory, offset }) => {
    const keys = { block: memory, offset, bytes };
    const places = { block: memory, offset: offset + bytes, bytes };
    const both = [keys, places];
    const blocks = Math.ceil(count / BLOCK);
    const start = [count, wide, columns];
    context.run(`argSort keys ${dtype} ${descending}`, () => begin(dtype, descending), [...both, x], start, groupsFor(count));
    context.run("argSort block", () => block, both, [count, wide, 2, Math.min(wide, BLOCK)], blocks);
    for (let run = 2 * BLOCK; run <= wide; run *= 2) {
      for (let apart = run / 2; apart >= BLOCK; apart /= 2) {
        context.run("argSort merge", () => across, both, [count, wide, run, apart], groupsFor(count / 2));
      }
      context.run("argSort block", () => block, both, [count, wide, run, run], blocks);
    }
    context.run("argSort places", () => end, [places, y], [lines * kept, kept, wide], groupsFor(lines * kept));
  });
}
