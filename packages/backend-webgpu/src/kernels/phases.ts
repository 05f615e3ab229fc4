/**
 * The gradient of a convolution's images. With strides, pixels meet different taps: those of a residue of the stride, a phase, all
 * meet the same ones, and are an item of the product. Nothing is multiplied with the zeros between.
 */
import type { Elements } from "./elements.ts";
import { all, endsOf, fill, type Source } from "./source.ts";
import { divisor, int, type Walk, type Window } from "./windows.ts";

/** What the pixels of a residue meet along one axis: taps first, first + step, …, of windows at pixel / stride + shift, − turn, …. */
interface Meeting {
  readonly first: number;
  readonly count: number;
  readonly shift: number;
}
interface PhaseAxis {
  readonly stride: number;
  readonly step: number;
  readonly turn: number;
  readonly meetings: readonly Meeting[];
}
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

export function phaseAxis({ window, strides, dilations, padding }: Window, a: 0 | 1): PhaseAxis {
  const [stride, dilation, before] = [strides[a], dilations[a], padding[a][0]];
  const step = stride / commonDivisor(stride, dilation);
  const meetings = Array.from({ length: stride }, (_, residue): Meeting => {
    for (let first = 0; first < Math.min(step, window[a]); first++) {
      const offset = residue + before - first * dilation;
      if (offset % stride === 0) return { first, count: Math.ceil((window[a] - first) / step), shift: offset / stride };
    }
    return { first: 0, count: 0, shift: 0 };
  });
  return { stride, step, turn: (step * dilation) / stride, meetings };
}

/** Declarations about phases: `residueY(item)`, `firstY(item)`, `countY(item)`, `shiftY(item)`, likewise of X, and `groupOf(item)`. */
export function phaseText(axes: readonly [PhaseAxis, PhaseAxis]): string {
  const [y, x] = axes;
  const each = (name: string, axis: PhaseAxis, residue: string): string => {
    const table = (what: keyof Meeting): string => {
      const values = axis.meetings.map((m) => int(m[what]));
      const chosen = values.slice(1).reduce((text, v, r) => `select(${text}, ${v}, residue${name}(item) == ${r + 1}i)`, values[0]!);
      return `fn ${what}${name}(item: i32) -> i32 { return ${chosen}; }`;
    };
    return [`fn residue${name}(item: i32) -> i32 { return ${residue}; }`, table("first"), table("count"), table("shift")].join("\n");
  };
  return [
    each("Y", y, `item / ${x.stride}i % ${y.stride}i`),
    each("X", x, `item % ${x.stride}i`),
    `fn groupOf(item: i32) -> i32 { return item / ${x.stride * y.stride}i; }`,
  ].join("\n");
}
/** Positions along an axis that a phase has: a text for a size. */
const placesOf = ({ stride }: PhaseAxis, name: string, size: string): string =>
  stride === 1 ? size : `(${size} - residue${name}(item) + ${stride - 1}i) / ${stride}i`;
/** The vec2i of positions of a phase on images of these sizes. */
export const phaseGrid = ([y, x]: readonly [PhaseAxis, PhaseAxis], height: string, width: string): string =>
  `vec2i(${placesOf(y, "Y", height)}, ${placesOf(x, "X", width)})`;

/** The windows that pixels are under. `image` is the size of the images that the gradient is for. */
export function backwardWalk(
  axes: readonly [PhaseAxis, PhaseAxis],
  key: string,
  channels: number,
  groups: number,
  image: readonly number[],
): Walk {
  const groupChannels = channels / groups;
  return {
    key,
    strides: [1, 1],
    groupChannels,
    channels,
    numbers: image,
    write: (name, param) => `fn grid${name}(item: i32) -> vec2i { return ${phaseGrid(axes, param(0), param(1))}; }
fn group${name}(item: i32) -> i32 { return groupOf(item); }
fn tap${name}(item: i32, k: i32) -> vec4i {
  let at = k / ${divisor(groupChannels)};
  let across = max(countX(item), 1i);
  return vec4i(shiftY(item) - at / across * ${axes[0].turn}i, shiftX(item) - at % across * ${axes[1].turn}i, k % ${divisor(groupChannels)}, k);
}`,
  };
}

/** The filters that the windows' gradients meet: the outer axis is that of the images' channels. */
export function phaseFilter(
  elements: Elements,
  axes: readonly [PhaseAxis, PhaseAxis],
  key: string,
  [, across, inputs, outputs]: readonly [number, number, number, number],
  groups: number,
): Source {
  const { wide, dtype } = elements;
  const each = outputs / groups;
  return {
    key: `phases ${wide} ${dtype} ${key} ${across} ${inputs} ${outputs} ${groups}`,
    elements,
    along: "inner",
    numbers: [],
    write(name, side, { one, four, kept }) {
      const lines = fill(wide, kept, (i, j) => {
        const at = `place.x + ${i} * ${outputs}i + tap${j.slice(0, -1)}`;
        return { inside: all(`place.y + ${i} < outerEnd`, `inner + ${j} < innerEnd`), one: one(at), four: four(at) };
      });
      const taps = [0, 1, 2, 3].slice(0, wide ? 1 : 4).map((j) => `let tap${j} = tap${name}At(item, inner + ${j}i);`);
      return `fn tap${name}At(item: i32, k: i32) -> i32 {
  let at = k / ${divisor(each)};
  let across = max(countX(item), 1i);
  let y = firstY(item) + at / across * ${axes[0].step}i;
  let x = firstX(item) + at % across * ${axes[1].step}i;
  return (y * ${across}i + x) * ${inputs * outputs}i + k % ${divisor(each)};
}
fn place${name}(item: i32, outer: i32) -> vec4i { return vec4i(outer * ${outputs}i + groupOf(item) * ${each}i, outer, 0, 0); }
fn block${name}(item: i32, place: vec4i, inner: i32) -> mat4x4<${kept}> {
  var m = mat4x4<${kept}>();
  ${endsOf(side)}
  ${taps.join("\n  ")}
  ${lines}
  return transpose(m);
}`;
    },
  };
}
