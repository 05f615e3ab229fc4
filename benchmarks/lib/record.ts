/** Keeps what was measured: results.json, the chart, and the generated part of docs/performance.md. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, tool } from "../../scripts/lib/workspace.ts";
import { rows } from "../rows/index.ts";
import { chart } from "./chart.ts";
import { withMeasured } from "./page-text.ts";
import { install } from "./peers.ts";
import { merged, type Results } from "./results.ts";
import { table, tables } from "./tables.ts";

const files = { results: "benchmarks/results.json", page: "docs/performance.md", chart: "docs/performance.svg" };

/** Adds fresh results to those of the same machine. */
export async function record(fresh: Results): Promise<void> {
  const file = join(root, files.results);
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : undefined;
  const results = merged(
    old,
    fresh,
    rows.map(({ id }) => id),
  );
  writeFileSync(file, JSON.stringify(results, null, 2));
  const lacking = await draw(results);
  const page = join(root, files.page);
  writeFileSync(page, withMeasured(readFileSync(page, "utf8"), text(results, lacking)));
  // The repository's formatter has its own mind about long arrays and tables.
  spawnSync(process.execPath, [tool("@biomejs/biome", "biome"), "format", "--write", file, page], { cwd: root });
}

/** Gives the reason where there is no chart. */
async function draw(results: Results): Promise<string | undefined> {
  const lacking = install("vega");
  if (lacking === undefined) writeFileSync(join(root, files.chart), `${await chart(results.rows)}\n`);
  return lacking;
}

function text(results: Results, noChart: string | undefined): string {
  const { machine, threads } = results;
  const dates = results.rows.map(({ date }) => date.slice(0, 10)).sort();
  const days = [...new Set([dates[0], dates.at(-1)])].join(" to ");
  const commits = [...new Set(results.rows.map(({ commit }) => commit))].join(", ");
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${threads} ${threads === 1 ? "thread" : "threads"}; ${days}; commit ${commits}.`;
  const picture =
    noChart === undefined
      ? "![How long others take, in multiples of Antler's time](performance.svg)"
      : `The chart was not drawn: ${noChart}`;
  return [where, picture, tables(results), "### Versions", versions(results)].join("\n\n");
}

function versions({ rows }: Results): string {
  // The other groups compare Antler with itself.
  const libraries = rows.filter(({ group }) => group !== "awkward" && group !== "fusion").flatMap(({ sides }) => sides);
  const found = new Map(libraries.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]])));
  return table([["", "version"], ...found]);
}
