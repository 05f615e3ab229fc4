/**
 * A product by tiles: a workgroup brings blocks of both sides to its memory and adds their products to a tile of the result, of which
 * each invocation holds a part in registers. The blocks of the next step are on their way while those of this one are multiplied.
 */
import type { Kept } from "./elements.ts";
import type { ProductShader } from "./product.ts";
import type { Source } from "./source.ts";

/** Sizes, all multiples of 4. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** How much of the inner axis is in the workgroup's memory at once. */
  readonly depth: number;
  /** Results of an invocation. */
  readonly high: number;
  readonly wide: number;
}
export const lanesOf = ({ rows, columns, high, wide }: Tile): number => (rows / high) * (columns / wide);
export const tileBytes = ({ rows, columns, depth }: Tile, left: Source, right: Source, kept: Kept): number =>
  depth * (pitchOf(rows, left) + pitchOf(columns, right)) * (kept === "f16" ? 8 : 16);
/** Vectors from one inner place to the next. Blocks that are turned on their way would meet in one bank without the one more. */
const pitchOf = (size: number, { along }: Source): number => size / 4 + (along === "inner" ? 1 : 0);

/** Params: how many tiles lie below each other and beside each other, how many parts the inner axis is cut into, and their length. */
export const TILE_PARAMS = 4;
/** Tiles are taken in bands of so many rows: those at work at one time then share what they read. */
const BAND = 8;

/** @param unroll whether compilers should see how often the innermost loop runs: they unroll it then, which some take seconds for */
export function tileKernel(tile: Tile, left: Source, right: Source, kept: Kept, unroll: boolean): ProductShader {
  const { rows, columns, depth, high, wide } = tile;
  const lanes = lanesOf(tile);
  const [downLanes, acrossLanes] = [rows / high, columns / wide];
  const [leftPitch, rightPitch] = [pitchOf(rows, left), pitchOf(columns, right)];
  const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

  /** What each invocation brings: blocks of the left side, then blocks of the right. */
  const leftBlocks = (rows * depth) / 16;
  const allBlocks = leftBlocks + (columns * depth) / 16;
  const rounds = range(Math.ceil(allBlocks / lanes)).map((round) => {
    const from = round * lanes;
    const choose = (onLeft: (at: string) => string, onRight: (at: string) => string): string => {
      const [a, b] = [onLeft(`(lane0 + ${from}i)`), onRight(`(lane0 - ${leftBlocks}i + ${from}i)`)];
      const guarded = from + lanes > allBlocks ? `else if (lane0 < ${allBlocks - from}i) { ${b} }` : `else { ${b} }`;
      if (from + lanes <= leftBlocks) return a;
      if (from < leftBlocks) return `if (lane0 < ${leftBlocks - from}i) { ${a} } ${guarded}`;
      return from + lanes > allBlocks ? `if (lane0 < ${allBlocks - from}i) { ${b} }` : b;
    };
    const split = (at: string, size: number, along: Source["along"]): { outer: string; inner: string } =>
      along === "outer"
        ? { outer: `${at} % ${size / 4}i`, inner: `${at} / ${size / 4}i` }
        : { outer: `${at} / ${depth / 4}i`, inner: `${at} % ${depth / 4}i` };
    const find = (source: Source, name: string, size: number, first: string) => (at: string) => {
      const { outer, inner } = split(at, size, source.along);
      return `outer${round} = ${outer}; inner${round} = ${inner}; place${round} = place${name}(item, ${first} + outer${round} * 4i);`;
    };
    const bring = (name: string): string => `held${round} = block${name}(item, place${round}, k + inner${round} * 4i);`;
    const keep = (array: string, pitch: number): string =>
      range(4)
        .map((j) => `${array}[(inner${round} * 4i + ${j}i) * ${pitch}i + outer${round}] = held${round}[${j}];`)
        .join(" ");
    return {
      declare: `var outer${round}: i32; var inner${round}: i32; var place${round}: vec4i; var held${round}: mat4x4<${kept}>;
${choose(find(left, "Left", rows, "row0"), find(right, "Right", columns, "column0"))}`,
      bring: choose(
        () => bring("Left"),
        () => bring("Right"),
      ),
      keep: choose(
        () => keep("leftTile", leftPitch),
        () => keep("rightTile", rightPitch),
      ),
    };
  });

  const more = unroll ? "" : " + i32(zero())";
  const across = wide / 4;
  const quads = { rows: range(high / 4), columns: range(wide / 4) };
  const sums = quads.rows.flatMap((q) => range(4).flatMap((i) => quads.columns.map((p) => ({ q, i, p, name: `sum${4 * q + i}_${p}` }))));
  return {
    name: `product ${rows}×${columns}`,
    lanes,
    kept,
    ownParams: TILE_PARAMS,
    write: (own, items) => ({
      declarations: `var<workgroup> leftTile: array<vec4<${kept}>, ${depth * leftPitch}>;
var<workgroup> rightTile: array<vec4<${kept}>, ${depth * rightPitch}>;`,
      body: `let lane0 = i32(lane);
let tiles = ${own(0)} * ${own(1)};
let band = (i32(group) % tiles) / (${BAND} * ${own(1)});
let inBand = (i32(group) % tiles) % (${BAND} * ${own(1)});
let bandRows = min(${BAND}, ${own(0)} - band * ${BAND});
let row0 = (band * ${BAND} + inBand % bandRows) * ${rows}i;
let column0 = inBand / bandRows * ${columns}i;
let item = i32(group) / tiles % ${items};
let part = i32(group) / tiles / ${items};
let end = min(innerOf(item), (part + 1) * ${own(3)});
let x = lane0 % ${acrossLanes}i;
let y = lane0 / ${acrossLanes}i;
${sums.map((s) => `var ${s.name} = vec4f();`).join(" ")}
${rounds.map((r) => r.declare).join("\n")}
let start = part * ${own(3)};
for (var k = start; ; k += ${depth}i) {
  if (k < end) {
    ${rounds.map((r) => r.bring).join("\n    ")}
  }
  if (k > start) {
    for (var at = 0i; at < ${unroll ? `${depth}i` : `min(${depth}i, end - k + ${depth}i)`}; at++) {
      ${quads.rows.map((q) => `let a${q} = vec4f(leftTile[at * ${leftPitch}i + y + ${q * downLanes}i]);`).join(" ")}
      ${quads.columns.map((p) => `let b${p} = vec4f(rightTile[at * ${rightPitch}i + x + ${p * acrossLanes}i]);`).join(" ")}
      ${sums.map((s) => `${s.name} = fma(vec4f(a${s.q}[${s.i}]), b${s.p}, ${s.name});`).join("\n      ")}
    }
    workgroupBarrier();
  }
  if (k >= end) { break; }
  ${rounds.map((r) => r.keep).join("\n  ")}
  workgroupBarrier();
}
var results = array<vec4f, ${sums.length}>(${sums.map((s) => s.name).join(", ")});
for (var r = 0i; r < ${sums.length}i${more}; r++) {
  let row = row0 + (y + r / ${4 * across}i * ${downLanes}i) * 4i + r / ${across}i % 4i;
  put(item, part, row, column0 + (x + r % ${across}i * ${acrossLanes}i) * 4i, results[r]);
}`,
    }),
  };
}
