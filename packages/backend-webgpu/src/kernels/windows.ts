/** Convolutions as products: what lies under each window is read where it is needed, and never written down. */
import type { Elements } from "./elements.ts";
import { all, endsOf, fill, type Source } from "./source.ts";

/**
 * How windows lie on images. Positions are numbered along batch, rows and columns; taps, the places of a window, along rows, columns
 * and channels. The pixel under a tap lies at `position · stride + shift`, where the shift is the tap's.
 */
export interface Walk {
  readonly key: string;
  /** Pixels between neighbouring positions. */
  readonly strides: readonly [number, number];
  /** Of a window, in the item's group; and of a pixel. */
  readonly groupChannels: number;
  readonly channels: number;
  /** What `param` stands for from 2 on; 0 and 1 are the sizes of the images. */
  readonly numbers: readonly number[];
  /**
   * Declares `grid<name>(item)`, the vec2i of positions down and across; `tap<name>(item, k)`, the vec4i of a tap's shift down,
   * shift across, channel in its group, and number; and `group<name>(item)`.
   */
  write(name: string, param: (k: number) => string): string;
}

/** What lies under windows, as a matrix whose outer axis is that of the positions, or that of the taps. */
export function windows(outer: "positions" | "taps", elements: Elements, size: readonly [number, number], walk: Walk): Source {
  const { wide, dtype } = elements;
  const { channels, groupChannels, strides } = walk;
  return {
    key: `${outer} ${wide} ${dtype} ${walk.key} ${strides} ${groupChannels} ${channels}`,
    elements,
    along: outer === "positions" ? "inner" : "outer",
    numbers: [...size, ...walk.numbers],
    write(name, side, { one, four, param, kept }) {
      const [height, width] = [param(0), param(1)];
      const byPosition = outer === "positions";
      const [tapEnd, positionEnd] = byPosition ? ["innerEnd", "outerEnd"] : ["outerEnd", "innerEnd"];
      const tapAt = (j: string): string => (wide && byPosition ? "tap" : wide ? "place" : `tap${j.slice(0, -1)}`);
      const lines = fill(wide, kept, (i, j) => {
        const [t, q] = [tapAt(j), `at${i.slice(0, -1)}`];
        const [y, x] = [`${q}.y * ${strides[0]}i + ${t}.x`, `${q}.z * ${strides[1]}i + ${t}.y`];
        const index = `${q}.x + ((${y}) * ${width} + ${x}) * ${channels}i + ${t}.z`;
        const inside = all(`${q}.w < ${positionEnd}`, `${t}.w < ${tapEnd}`, `isInside(${y}, ${height})`, `isInside(${x}, ${width})`);
        return { inside, one: one(index), four: four(index) };
      });
      const taps = wide
        ? byPosition
          ? [`let tap = tap${name}(item, inner);`]
          : []
        : [0, 1, 2, 3].map(
            (j) => `let tap${j} = ${byPosition ? `tap${name}(item, inner + ${j}i)` : `next${name}Tap(item, place, ${j}i)`};`,
          );
      if (side === "right") throw new Error("windows are the left side of a product");
      const image = `${height} * ${width} * ${channels}i`;
      return `${walk.write(name, (k) => param(2 + k))}
fn isInside(x: i32, size: i32) -> bool { return ${all("x >= 0", "x < size")}; }
fn position${name}(item: i32, index: i32) -> vec4i {
  let grid = grid${name}(item);
  let row = index / grid.y;
  return vec4i((row / grid.x) * ${image}, row % grid.x, index % grid.y, index);
}
fn next${name}(item: i32, at: vec4i) -> vec4i {
  let grid = grid${name}(item);
  let across = select(at.z + 1, 0, at.z + 1 == grid.y);
  let y = at.y + select(0, 1, across == 0);
  return vec4i(at.x + select(0, ${image}, y == grid.x), select(y, 0, y == grid.x), across, at.w + 1);
}
fn groupTap${name}(item: i32, k: i32) -> vec4i { return tap${name}(item, k) + vec4i(0, 0, group${name}(item) * ${groupChannels}i, 0); }
fn next${name}Tap(item: i32, first: vec4i, k: i32) -> vec4i { return groupTap${name}(item, first.w + k); }
fn place${name}(item: i32, outer: i32) -> vec4i {
  return ${byPosition ? `position${name}(item, outer) + vec4i(group${name}(item) * ${groupChannels}i, 0, 0, 0)` : `groupTap${name}(item, outer)`};
}
fn block${name}(item: i32, place: vec4i, inner: i32) -> mat4x4<${kept}> {
  var m = mat4x4<${kept}>();
  ${endsOf(side)}
  ${taps.join("\n  ")}
  let at0 = ${byPosition ? "place" : `position${name}(item, inner)`};
  let at1 = next${name}(item, at0);
  let at2 = next${name}(item, at1);
  let at3 = next${name}(item, at2);
  ${lines}
  return ${byPosition ? "transpose(m)" : "m"};
}`;
    },
  };
}

export interface Window {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

/** The windows of a convolution on its images; items are groups. */
export function forwardWalk(
  { window, strides, dilations, padding }: Window,
  channels: number,
  groups: number,
  counts: readonly number[],
): Walk {
  const groupChannels = channels / groups;
  const before = padding.map(([n]) => n);
  return {
    key: `forward ${window} ${dilations} ${before}`,
    strides,
    groupChannels,
    channels,
    numbers: counts,
    write: (name, param) => `fn grid${name}(item: i32) -> vec2i { return vec2i(${param(0)}, ${param(1)}); }
fn group${name}(item: i32) -> i32 { return item; }
fn tap${name}(item: i32, k: i32) -> vec4i {
  let at = k / ${divisor(groupChannels)};
  return vec4i(
    at / ${window[1]}i * ${dilations[0]}i - ${int(before[0]!)}, at % ${window[1]}i * ${dilations[1]}i - ${int(before[1]!)}, k % ${divisor(groupChannels)}, k);
}`,
  };
}
export const int = (n: number): string => (n < 0 ? `i32(${n})` : `${n}i`);
/** A number that is divided by: where it is 0 nothing is, but no constant may be. */
export const divisor = (n: number): string => `${Math.max(n, 1)}i`;
