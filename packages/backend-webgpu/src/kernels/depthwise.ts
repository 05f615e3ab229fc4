/** Convolutions of each channel with a filter of its own, and their gradients. */
import type { MatchedCall } from "@antler/compiler";
import type { Shader } from "../wgsl/shader.ts";
import { cutInner } from "./choose.ts";
import type { GpuContext } from "./context.ts";
import { slotOf } from "./elements.ts";
import { finishOf } from "./finish.ts";
import { addParts, type Parts, partsOutput } from "./parts.ts";
import { finalOutput, type Output, stacked } from "./product.ts";
import { type Given, overSeers, overWindow, readFunctions, readTogether, runSpots } from "./spots.ts";
import type { Window } from "./windows.ts";

export interface Depthwise extends Window {
  readonly images: Given;
  readonly filter: Given;
  readonly results: Given;
}
type Four = readonly [number, number, number, number];
const keyOf = ({ window, strides, dilations, padding }: Window): string => `${window} ${strides} ${dilations} ${padding.map(([n]) => n)}`;

export function depthwiseForward(context: GpuContext, call: MatchedCall, d: Depthwise): void {
  spread(context, call, `depthwise ${keyOf(d)}`, d.images, d.results, d, (channels) =>
    overWindow(d, `v = fma(read0(((n * rows + iy) * columns + ix) * ${channels}i + c), ${filterAt(d, channels)}, v);`),
  );
}
export function depthwiseInputGradient(context: GpuContext, call: MatchedCall, d: Depthwise): void {
  spread(context, call, `depthwise input gradient ${keyOf(d)}`, d.results, d.images, d, (channels) =>
    overSeers(d, `v = fma(read0(((n * rows + oy) * columns + ox) * ${channels}i + c), ${filterAt(d, channels)}, v);`),
  );
}
const filterAt = ({ window }: Window, channels: number): string => `read1((ky * ${window[1]}i + kx) * ${channels}i + c)`;

function spread(
  context: GpuContext,
  call: MatchedCall,
  key: string,
  from: Given,
  to: Given,
  { filter }: Depthwise,
  body: (channels: number) => string,
): void {
  const [n, h, w, channels] = to.spec.shape as Four;
  if (n * h * w * channels === 0) return;
  const given = readTogether([from, filter], channels);
  const finish = finishOf(call, { rows: n * h * w, columns: channels, byFours: given[0]!.wide, others: 2, most: context.buffers });
  const [, rows, columns] = from.spec.shape as Four;
  runSpots(context, { key, from: given, shape: to.spec.shape, size: [rows, columns], finish, body: body(channels) });
}

const LANES = 64;

/** A group sums over a part of all places, for one tap and some channels. */
export function depthwiseFilterGradient(context: GpuContext, call: MatchedCall, d: Depthwise): void {
  const { images, results, window, strides, dilations, padding } = d;
  const [, h, w, channels] = images.spec.shape as Four;
  const [n, oh, ow] = results.spec.shape as Four;
  const taps = window[0] * window[1];
  if (taps * channels === 0) return;
  const from = readTogether([images, results], channels);
  const { wide } = from[0]!;
  const each = wide ? 4 : 1;
  // Neighbouring invocations have neighbouring channels, and those there are too many of share the places.
  const across = Math.min(16, 2 ** Math.ceil(Math.log2(channels / each)));
  const slices = LANES / across;
  const blocks = Math.ceil(channels / each / across);
  const inner = n * oh * ow;
  const { parts, length } = cutInner(inner, taps * blocks, 8 * slices, context.machine);
  const own = [1, taps, channels, inner, length, h, w, oh, ow];
  const finish = finishOf(call, { rows: taps, columns: channels, byFours: wide, others: 2, most: context.buffers });
  const final = finalOutput(finish);
  const step = (output: Output): void => {
    const make = (): Shader => ({
      name: "depthwise filter gradient",
      slots: [...from.map(slotOf), ...output.slots],
      params: own.length + output.numbers.length,
      lanes: LANES,
      write(reach) {
        const [, , , inner, length, h, w, oh, ow] = own.map((_, k) => reach.param(k)) as string[];
        const shift = (k: string, a: 0 | 1): string => `${k} * ${dilations[a]}i - i32(${padding[a][0]})`;
        return {
          declarations: `${readFunctions(from, reach)}\n${stacked(reach.param)}\n${output.write(2, own.length, reach)}
var<workgroup> sums: array<vec4f, ${LANES}>;`,
          body: `let lane0 = i32(lane);
let tap = i32(group) % ${taps}i;
let block = i32(group) / ${taps}i % ${blocks}i;
let part = i32(group) / ${taps * blocks}i;
let c = (block * ${across}i + lane0 % ${across}i) * ${each}i;
let slice = lane0 / ${across}i;
let down = ${shift(`tap / ${window[1]}i`, 0)};
let right = ${shift(`tap % ${window[1]}i`, 1)};
let end = min(${inner}, (part + 1) * ${length});
var v = vec4f();
if (c < ${channels}i) {
  for (var at = part * ${length} + slice; at < end; at += ${slices}i) {
    let y = at / ${ow} % ${oh} * ${strides[0]}i + down;
    let x = at % ${ow} * ${strides[1]}i + right;
    if (y < 0 || y >= ${h} || x < 0 || x >= ${w}) { continue; }
    let image = at / ${ow} / ${oh};
    v = fma(read0(((image * ${h} + y) * ${w} + x) * ${channels}i + c), read1(at * ${channels}i + c), v);
  }
}
sums[lane0] = v;
workgroupBarrier();
if (slice == 0 && c < ${channels}i) {
  var sum = vec4f();
  for (var s = 0i; s < ${slices}i; s++) { sum += sums[s * ${across}i + lane0]; }
  ${wide ? "put(0i, part, tap, c, sum);" : "putOne(0i, part, tap, c, sum[0]);"}
}`,
        };
      },
    });
    const key = `depthwise filter gradient ${keyOf(d)} ${wide} ${images.spec.dtype} ${channels} ${output.key}`;
    const views = [...from.map((e) => e.view), ...output.views];
    context.run(key, make, views, [...own, ...output.numbers], taps * blocks * parts);
  };
  if (parts === 1) step(final);
  else {
    context.withScratch(4 * parts * taps * channels, (view) => {
      const sums: Parts = { view, items: 1, rows: taps, columns: channels, wide };
      step(partsOutput(sums));
      const { key, make, views, numbers, groups } = addParts(sums, parts, { key: "stacked", numbers: [], write: stacked }, final);
      context.run(key, make, views, numbers, groups);
    });
  }
  finish.done();
}
