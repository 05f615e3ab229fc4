/** What is said of rows that ran on a GPU: which GPU, and what each library asked of it for a step of training. */
import type { Counts, RowResult } from "./results.ts";

const columns: readonly (readonly [title: string, cell: (counts: Counts) => string])[] = [
  ["dispatches", ({ dispatches }) => number(dispatches)],
  ["pipelines: first step", ({ firstPipelines }) => number(firstPipelines)],
  ["in later steps", ({ laterPipelines }) => number(laterPipelines)],
  ["bytes to the GPU", ({ bytesWritten }) => number(bytesWritten)],
  ["bytes from it", ({ bytesRead }) => number(bytesRead)],
  ["readbacks", ({ reads }) => number(reads)],
  ["at an epoch's end", ({ epochReads }) => number(epochReads)],
  ["host steps", ({ hostSteps }) => (hostSteps === undefined ? "" : number(hostSteps))],
];

/** The cells of a table, its head first; none where nothing was counted. */
export function countsTable(rows: readonly RowResult[]): string[][] {
  const lines = rows.flatMap(({ title, sides }) =>
    sides.flatMap(({ name, counts }) => (counts ? [[`${title}; ${name}`, ...columns.map(([, cell]) => cell(counts))]] : [])),
  );
  return lines.length ? [["asked of the GPU, per step", ...columns.map(([title]) => title)], ...lines] : [];
}

/** "Adapter: google swiftshader." Empty where no side says one. */
export function adapterLine(rows: readonly RowResult[]): string {
  const names = [...new Set(rows.flatMap(({ sides }) => sides.flatMap(({ adapter }) => adapter ?? [])))];
  return names.length ? `Adapter: ${names.join("; ")}.` : "";
}

/** Parts of one only where steps are not all alike. */
const number = (x: number): string => (Number.isInteger(x) ? x : Number(x.toFixed(2))).toLocaleString("en-US");
