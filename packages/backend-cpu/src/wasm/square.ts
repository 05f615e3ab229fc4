/** Squares of lanes turned in registers. */
import type { FunctionBuilder, Local } from "./function.ts";

/**
 * The columns of a square, given its rows: four vectors, or two of which each repeats what it has (`wide`: has lanes of 64 bits).
 */
export function turnSquare(f: FunctionBuilder, rows: readonly Local[], wide = false): Local[] {
  const mixed = (a: Local, b: Local, low: number[], high: number[]): Local[] =>
    [low, high].map((lanes) => {
      const out = f.local("v128");
      f.get(a)
        .get(b)
        .i32x4Shuffle(...(lanes as [number, number, number, number]))
        .set(out);
      return out;
    });
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  if (wide) return mixed(a, b, [0, 1, 4, 5], [2, 3, 6, 7]);
  if (!c) return mixed(a, b, [0, 4, 0, 4], [1, 5, 1, 5]);
  const [left, right] = [
    [a, b],
    [c, d],
  ].map(([x, y]) => mixed(x!, y!, [0, 4, 1, 5], [2, 6, 3, 7])) as [Local[], Local[]];
  return left.flatMap((x, k) => mixed(x, right[k]!, [0, 1, 4, 5], [2, 3, 6, 7]));
}
