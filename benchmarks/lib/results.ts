/** What was measured, as kept in results.json, and what follows from it. */
import type { Bar, Group, Row } from "../rows/row.ts";
import { median } from "./statistics.ts";

/** What a library asks of a GPU, for each step of training. */
export interface Counts {
  readonly dispatches: number;
  /** Times that numbers were fetched. */
  readonly reads: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Steps of programs that ran on the host. */
  readonly hostSteps?: number;
  /** Pipelines made for the first epoch, of one step. */
  readonly firstPipelines: number;
  /** Pipelines made in all later epochs together. */
  readonly laterPipelines: number;
  /** Fetches of an epoch that do not grow with its steps. */
  readonly epochReads: number;
}

export interface SideResult {
  readonly name: string;
  readonly label?: string;
  readonly version?: string;
  /** One of each round, in the row's unit. */
  readonly samples: readonly number[];
  /** Processor time of all threads, likewise. */
  readonly cpu: readonly number[];
  /** From the first side's output, as the row's `agree` measures it. */
  readonly distance?: number;
  /** What it asked of the GPU. */
  readonly counts?: Counts;
  /** The GPU it ran on. */
  readonly adapter?: string;
  /** Why there are no samples. */
  readonly missing?: string;
}

export interface RowResult {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly unit: Row["unit"];
  readonly date: string;
  readonly commit: string;
  readonly sides: readonly SideResult[];
  /** How far distances may go. */
  readonly tolerance?: number;
  readonly bar?: Bar;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
}
export interface Results {
  readonly machine: Machine;
  readonly threads: number;
  readonly rows: readonly RowResult[];
}

export interface Verdict {
  /** Antler's time in parts of what it is compared with; of a limit, the measured value. */
  readonly figure: number;
  readonly holds: boolean;
  /** What was compared with. */
  readonly to: string;
}

/** What the row's bar says; undefined where it has none, or where one side to compare is missing. */
export function verdict({ bar, sides }: Pick<RowResult, "bar" | "sides">): Verdict | undefined {
  const measured = (names: readonly string[]): SideResult[] => sides.filter(({ name, samples }) => names.includes(name) && samples.length);
  const ours = bar && measured(bar.of);
  if (!ours?.length) return undefined;
  const slowest = Math.max(...ours.map(({ samples }) => median(samples)));
  if ("limit" in bar!) return { figure: slowest, holds: slowest <= bar.limit, to: `at most ${bar.limit}` };
  const best = measured(bar!.to).reduce<SideResult | undefined>((a, b) => (a && median(a.samples) <= median(b.samples) ? a : b), undefined);
  if (!best) return undefined;
  const figure = slowest / median(best.samples);
  return { figure, holds: figure <= bar!.ratio, to: best.name };
}

/** Sides whose output is not the first one's. NaN is no agreement either. */
export const disagreeing = ({ sides, tolerance }: RowResult): SideResult[] =>
  sides.filter(({ distance }) => distance !== undefined && tolerance !== undefined && !(distance <= tolerance));

/** New rows take the place of old ones; those of another machine, or of other threads, go. */
export function merged(old: Results | undefined, fresh: Results, order: readonly string[]): Results {
  const same = old && old.threads === fresh.threads && JSON.stringify(old.machine) === JSON.stringify(fresh.machine);
  const kept = same ? old.rows.filter((row) => !fresh.rows.some(({ id }) => id === row.id)) : [];
  const place = ({ id }: RowResult): number => order.indexOf(id);
  return { ...fresh, rows: [...kept, ...fresh.rows].filter((row) => place(row) >= 0).sort((a, b) => place(a) - place(b)) };
}
