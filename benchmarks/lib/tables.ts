/** Results as tables in Markdown. */
import type { Group } from "../rows/row.ts";
import { adapterLine, countsTable } from "./gpu-tables.ts";
import { disagreeing, type Results, type RowResult, type SideResult, verdict } from "./results.ts";
import { median } from "./statistics.ts";

const titles: Readonly<Record<Group, string>> = {
  training: "Training, milliseconds per step",
  inference: "Inference, milliseconds per batch",
  ops: "Single ops, milliseconds",
  awkward: "Awkward shapes, time for equal work",
  fusion: "Rules of the compiler, milliseconds",
  overhead: "Overhead",
  webgpu: "WebGPU, milliseconds",
};

/** A section for each group that has rows. */
export function tables({ rows }: Pick<Results, "rows">): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups
    .map((group) =>
      section(
        group,
        rows.filter((row) => row.group === group),
      ),
    )
    .join("\n\n");
}

function section(group: Group, rows: readonly RowResult[]): string {
  // What no row of the group has measured is said below, and takes no column.
  const names = [...new Set(rows.flatMap(({ sides }) => sides.map(({ name }) => name)))].filter((name) =>
    rows.some(({ sides }) => sides.some((side) => side.name === name && side.samples.length)),
  );
  const unitOf = (row: RowResult): string => (row.unit === "ms" ? "" : `, ${row.unit}`);
  const lines = rows.map((row) => {
    const cells = names.map((name) => cell(row.sides.find((side) => side.name === name)));
    return [`${row.title}${unitOf(row)}`, ...cells, ...(rows.some(({ bar }) => bar) ? [judgement(row)] : [])];
  });
  const head = ["", ...names, ...(rows.some(({ bar }) => bar) ? ["bar"] : [])];
  const counts = countsTable(rows);
  const tables = [table([head, ...lines]), ...(counts.length ? [table(counts)] : [])];
  return [`### ${titles[group]}`, adapterLine(rows), ...tables, ...remarks(rows)].filter(Boolean).join("\n\n");
}

/** Rows of cells, the first of them the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const [head, ...rest] = rows as [readonly string[], ...(readonly string[])[]];
  return [line(head), line(head.map(() => "---")), ...rest.map(line)].join("\n");
}

/** "9.27 (9.08–10.4)", with what is different about the side. */
function cell(side: SideResult | undefined): string {
  if (!side) return "";
  if (side.missing !== undefined) return "–";
  const { samples, label } = side;
  const figures = `**${digits(median(samples))}** (${digits(Math.min(...samples))}–${digits(Math.max(...samples))})`;
  return label ? `${figures}: ${label}` : figures;
}

/** Three digits that count. */
export function digits(x: number): string {
  if (x === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
  return x.toFixed(Math.min(places, 6));
}

function judgement(row: RowResult): string {
  const result = verdict(row);
  if (!row.bar) return "";
  const wanted = "limit" in row.bar ? `≤ ${row.bar.limit}` : `≤ ${Number(row.bar.ratio.toFixed(3))} ×`;
  if (!result) return `${wanted}: not judged`;
  const measured = "limit" in row.bar ? digits(result.figure) : `${digits(result.figure)} × ${result.to}`;
  return `${wanted}: ${measured}, ${result.holds ? "holds" : "**does not hold**"}`;
}

/** Who is missing, and whose results are others'. */
function remarks(rows: readonly RowResult[]): string[] {
  const missing = new Map<string, string[]>();
  for (const { id, sides } of rows) {
    for (const { name, missing: why } of sides) {
      if (why === undefined) continue;
      const said = `${name}: ${why}`;
      missing.set(said, [...(missing.get(said) ?? []), id]);
    }
  }
  const absent = [...missing].map(([said, ids]) => `- Missing (${ids.length === rows.length ? "all rows" : ids.join(", ")}): ${said}`);
  const wrong = rows.flatMap((row) =>
    disagreeing(row).map(({ name, distance }) => `- **Results differ** (${row.id}): ${name} by ${distance!.toExponential(1)}`),
  );
  const all = [...wrong, ...absent];
  return all.length ? [all.join("\n")] : [];
}
