/** Images and filters with their channels in front, for peers who want them there. */
import { sizeOf, type Values } from "./values.ts";
import type { Shape } from "./vocabulary.ts";

/** [batch, height, width, channels] as [batch, channels, height, width]; what has fewer axes stays. */
export const imageFirst = (x: Values): Values => (x.shape.length === 4 ? permuted(x, [0, 3, 1, 2]) : x);

/** And back. */
export const imageLast = (x: Values): Values => (x.shape.length === 4 ? permuted(x, [0, 2, 3, 1]) : x);

/** [height, width, in, out] as [out, in, height, width]; depthwise, where out is 1, as [channels, 1, height, width]. */
export function filterFirst(w: Values): Values {
  if (w.shape.length !== 4) return w;
  return permuted(w, w.shape[3] === 1 ? [2, 3, 0, 1] : [3, 2, 0, 1]);
}

/** Axis i of the result is axis `axes[i]` of what is given. */
function permuted({ shape, data }: Values, axes: Shape): Values {
  const target = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const result = new Float32Array(data.length);
  const [s0, s1, s2, s3] = steps as [number, number, number, number];
  let at = 0;
  for (let i = 0; i < target[0]!; i++)
    for (let j = 0; j < target[1]!; j++)
      for (let k = 0; k < target[2]!; k++) for (let l = 0; l < target[3]!; l++) result[at++] = data[i * s0 + j * s1 + k * s2 + l * s3]!;
  return { shape: target, data: result };
}

/** How many zeros TensorFlow's "same" puts before and after an axis. */
export function samePadding(size: number, window: number, stride: number): [before: number, after: number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
  return [total >> 1, total - (total >> 1)];
}
