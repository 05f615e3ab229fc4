/** Pooling and its gradients. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { isFloat, type Node } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { GpuContext } from "../kernels/context.ts";
import { finishOf } from "../kernels/finish.ts";
import { type Given, overWindow, readTogether, runSpots } from "../kernels/spots.ts";
import type { Window } from "../kernels/windows.ts";
import { literal } from "../wgsl/text.ts";
import { contiguous } from "./floats.ts";

const accepts = ({ inputs, outputs, attrs }: Node): boolean => {
  const { dtype } = outputs[0]!.spec;
  return isFloat(dtype) && inputs[0]!.spec.dtype === dtype && (attrs as Window).dilations.every((d) => d === 1);
};

/** A kernel whose statements depend on the windows and the number of channels. */
function pooling(context: GpuContext, name: string, body: (w: Window, channels: number) => string): Matched {
  const run = (call: MatchedCall): void => {
    const window = call.attrs as Window;
    const given = call.inputs.map((view, k): Given => ({ view: view as View, spec: call.specs.inputs[k]! }));
    const { shape } = call.specs.outputs[0]!;
    const [n, height, width, channels] = shape as readonly [number, number, number, number];
    if (n * height * width * channels === 0) return;
    const [, rows, columns] = given[0]!.spec.shape as readonly [number, number, number, number];
    const beside = call.outputs[1] as View | undefined;
    const from = readTogether(given, channels);
    const finish = finishOf(call, {
      rows: n * height * width,
      columns: channels,
      byFours: from[0]!.wide,
      others: 2,
      most: context.buffers,
    });
    const key = `${name} ${window.window} ${window.strides} ${window.padding.map(([before]) => before)}`;
    runSpots(context, { key, from, shape, size: [rows, columns], finish, beside, body: body(window, channels) });
  };
  return contiguous(run, { accepts });
}

export const poolingKernels = (context: GpuContext): { readonly [op: string]: Matched } => ({
  maxPool: pooling(context, "max pool", (w, channels) => {
    // Kept is what is not smaller, and the first NaN; comparisons with NaN may be compiled away, its bits may not.
    const nan = (x: string): string => `((bitcast<vec4u>(${x}) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u))`;
    return `v = vec4f(${literal(Number.NEGATIVE_INFINITY, "f32")});
var found = vec4i(-1);
${overWindow(
  w,
  `let value = read0(((n * rows + iy) * columns + ix) * ${channels}i + c);
let here = vec4i((iy * columns + ix) * ${channels}i + c) + vec4i(0, 1, 2, 3);
let better = (found == vec4i(-1)) | (((value > v) | ${nan("value")}) & !${nan("v")});
v = select(v, value, better);
found = select(found, here, better);`,
)}`;
  }),
  maxPoolGrad: pooling(
    context,
    "max pool gradient",
    (w, channels) => `let here = vec4i((y * width + x) * ${channels}i + c) + vec4i(0, 1, 2, 3);
${overSeeing(
  w,
  `let at = ((n * rows + oy) * columns + ox) * ${channels}i + c;
v += select(vec4f(), read0(at), read1(at) == here);`,
)}`,
  ),
  avgPool: pooling(
    context,
    "mean pool",
    (w, channels) => `var count = 0f;
${overWindow(w, `v += read0(((n * rows + iy) * columns + ix) * ${channels}i + c); count += 1f;`)}
v /= count;`,
  ),
  avgPoolGrad: pooling(context, "mean pool gradient", (w, channels) =>
    overSeeing(w, `v += read0(((n * rows + oy) * columns + ox) * ${channels}i + c) / f32(${inside(w, 0)} * ${inside(w, 1)});`),
  ),
});

/** Runs statements for the windows at (oy, ox) that see the place (y, x). */
const overSeeing = ({ window, strides, padding }: Window, statements: string): string => {
  const loop = (here: "y" | "x", size: string, a: 0 | 1): string => {
    const from = `${here} + i32(${padding[a][0]})`;
    return `for (var o${here} = max(${from} - ${window[a]}i + ${strides[a]}i, 0i) / ${strides[a]}i; o${here} <= min((${from}) / ${strides[a]}i, ${size} - 1i); o${here}++) {`;
  };
  return `${loop("y", "rows", 0)}\n${loop("x", "columns", 1)}\n${statements}\n}\n}`;
};
/** How many places of the window at (oy, ox) lie on the image, along an axis. */
const inside = ({ window, strides, padding }: Window, a: 0 | 1): string => {
  const [o, size] = [["oy", "height"] as const, ["ox", "width"] as const][a]!;
  const first = `(${o} * ${strides[a]}i - i32(${padding[a][0]}))`;
  return `(min(${first} + ${window[a]}i, ${size}) - max(${first}, 0i))`;
};
