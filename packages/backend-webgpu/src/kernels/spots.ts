/** Kernels in which an invocation makes four channels of one place of images, or one channel where four are not neighbours. */
import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import type { GpuContext } from "./context.ts";
import { type Elements, elements, readerOf, slotOf } from "./elements.ts";
import type { Finish } from "./finish.ts";
import type { Window } from "./windows.ts";

const LANES = 64;

/** An array of images, or of filters, whose last axis is the channels. */
export interface Given {
  readonly view: View;
  readonly spec: { readonly dtype: Elements["dtype"]; readonly shape: readonly number[] };
}
/** What is read, by fours if all of it can be. */
export function readTogether(given: readonly Given[], channels: number): readonly Elements[] {
  const all = given.map(({ view, spec }) => elements(view, spec.dtype, [channels]));
  const wide = all.every((e) => e.wide);
  return all.map((e) => ({ ...e, wide }));
}
/** Declares `read0(i)`, `read1(i)`, …: four neighbours, or one and three zeros. */
export function readFunctions(from: readonly Elements[], reach: Reach): string {
  return from
    .map((e, k) => {
      const { one, four, declarations } = readerOf(e, k, reach);
      const type = e.dtype === "int32" ? "vec4i" : "vec4f";
      return `${declarations}\nfn read${k}(i: i32) -> ${type} { return ${e.wide ? four("i") : `${type}(${one("i")}, 0, 0, 0)`}; }`;
    })
    .join("\n");
}

export interface Spots {
  readonly key: string;
  /** All wide, or none. */
  readonly from: readonly Elements[];
  /** The shape of the result. */
  readonly shape: readonly number[];
  /** Height and width of what is read. */
  readonly size: readonly [number, number];
  readonly finish: Finish;
  /** Whole numbers that are stored beside the results, called `found`. */
  readonly beside?: View | undefined;
  /**
   * Statements that set `v`, a vec4f. They know the image n, the place y and x and the channel c, `height` and `width` of the result,
   * `rows` and `columns` of what is read.
   */
  readonly body: string;
}

export function runSpots(context: GpuContext, { key, from, shape, size, finish, beside, body }: Spots): void {
  const [, height, width, channels] = shape as readonly [number, number, number, number];
  const wide = from[0]!.wide;
  const each = wide ? 4 : 1;
  const places = shape.reduce((a, b) => a * b, 1) / each;
  const own = [height, width, ...size, places];
  const whole = wide && beside !== undefined && beside.offset % 16 === 0;
  const more: readonly Slot[] = beside ? [{ dtype: "int32", access: "write", wide: whole }] : [];
  const first = from.length + more.length;
  const make = (): Shader => ({
    name: key,
    slots: [...from.map(slotOf), ...more, ...finish.slots],
    params: own.length + finish.numbers.length,
    lanes: LANES,
    write(reach) {
      const [height, width, rows, columns, places] = own.map((_, k) => reach.param(k)) as [string, string, string, string, string];
      const at = (j: number): string => reach.store(from.length, `place * ${channels}i + c + ${j}i`, `found[${j}]`);
      const where = whole ? reach.store4(from.length, `place * ${channels}i + c`, "found") : [0, 1, 2, 3].slice(0, each).map(at).join(" ");
      return {
        declarations: `${readFunctions(from, reach)}\n${finish.write(first, own.length, reach)}`,
        body: `let id = i32(group * ${LANES}u + lane);
if (id >= ${places}) { return; }
let height = ${height}; let width = ${width}; let rows = ${rows}; let columns = ${columns};
let c = id % ${channels / each}i * ${each}i;
let place = id / ${channels / each}i;
let x = place % width;
let y = place / width % height;
let n = place / width / height;
var v = vec4f();
${body}
${beside ? where : ""}
${wide ? "finish4(place, c, v, 4i);" : "finish(place, c, v[0]);"}`,
      };
    },
  });
  const views = [...from.map((e) => e.view), ...(beside ? [beside] : []), ...finish.views];
  const kinds = from.map((e) => `${e.dtype} ${e.wide}`);
  const full = `${key} ${kinds} ${channels} ${beside ? `beside ${whole}` : ""} ${finish.key}`;
  context.run(full, make, views, [...own, ...finish.numbers], Math.ceil(places / LANES));
  finish.done();
}

/** Runs statements for the places (iy, ix) of the window at (y, x) that lie on the image, and for its taps (ky, kx). */
export const overWindow = ({ window, strides, dilations, padding }: Window, statements: string): string =>
  loops(
    window,
    (k, a) => {
      const [here, size] = [["y", "rows"] as const, ["x", "columns"] as const][a]!;
      return `let i${here} = ${here} * ${strides[a]}i + ${k} * ${dilations[a]}i - i32(${padding[a][0]}); if (i${here} < 0 || i${here} >= ${size}) { continue; }`;
    },
    statements,
  );
/** Likewise for the windows at (oy, ox) that see the place (y, x), and for the taps (ky, kx) that they see it with. */
export const overSeers = ({ window, strides, dilations, padding }: Window, statements: string): string =>
  loops(
    window,
    (k, a) => {
      const [here, size] = [["y", "rows"] as const, ["x", "columns"] as const][a]!;
      const [from, o] = [`from${here}`, `o${here}`];
      return `let ${from} = ${here} + i32(${padding[a][0]}) - ${k} * ${dilations[a]}i; let ${o} = ${from} / ${strides[a]}i;
if (${from} < 0 || ${from} % ${strides[a]}i != 0 || ${o} >= ${size}) { continue; }`;
    },
    statements,
  );

function loops(window: readonly [number, number], find: (k: string, axis: 0 | 1) => string, statements: string): string {
  return `for (var ky = 0i; ky < ${window[0]}i; ky++) {
${find("ky", 0)}
for (var kx = 0i; kx < ${window[1]}i; kx++) {
${find("kx", 1)}
${statements}
}
}`;
}
