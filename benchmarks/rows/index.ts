/** All rows of the benchmark, in the order of its tables. */
import { awkward } from "./awkward.ts";
import { fusion } from "./fusion.ts";
import { inference } from "./inference.ts";
import { ops } from "./ops.ts";
import { overhead } from "./overhead.ts";
import type { Group, Row } from "./row.ts";
import { training } from "./training.ts";
import { webgpu } from "./webgpu.ts";

export const rows: readonly Row[] = [...training, ...inference, ...ops, ...awkward, ...fusion, ...overhead, ...webgpu];

/**
 * Those that a word means: a row's id, a group, or all whose id begins like that.
 * @throws Error where there are none
 */
export function rowsNamed(word: string): Row[] {
  const exact = rows.filter(({ id, group }) => id === word || group === (word as Group));
  const found = exact.length ? exact : rows.filter(({ id }) => id.startsWith(word));
  if (found.length) return found;
  const groups = [...new Set(rows.map(({ group }) => group))];
  throw new Error(`--only ${word}: expected one of ${[...groups, ...rows.map(({ id }) => id)].join(", ")}`);
}
