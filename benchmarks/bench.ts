/**
 * The benchmark: the same work on Antler and on others, in turns and in separate processes. README.md says how to read it.
 *
 * pnpm bench [--only ROW|GROUP …] [--threads 2] [--rounds 9] [--steps N] [--quick]
 *            [--against GIT_REF | --browser] [--no-peers] [--python PATH] [--prototype FOLDER] [--check] [--no-write]
 */
import { root } from "../scripts/lib/workspace.ts";
import { checkOut, twice } from "./lib/against.ts";
import { commit, machine } from "./lib/machine.ts";
import { type Measuring, measure } from "./lib/measure.ts";
import { needs, wanted } from "./lib/needs.ts";
import { type Options, readOptions } from "./lib/options.ts";
import { packed } from "./lib/packed.ts";
import { record } from "./lib/record.ts";
import { disagreeing, type RowResult, verdict } from "./lib/results.ts";
import { tables } from "./lib/tables.ts";
import { rows, rowsNamed } from "./rows/index.ts";
import type { Row } from "./rows/row.ts";

const options = readOptions(process.argv.slice(2));
const named = new Set(options.only.flatMap(rowsNamed));
const chosen = rows
  .filter((row) => named.size === 0 || named.has(row))
  .map((row) => ({ ...row, sides: row.sides.filter(({ needs }) => wanted(needs, options)) }));
const { threads, steps, python, prototype, rounds } = options;
const measuring: Measuring = {
  rounds,
  lacking: needs(options),
  context: { home: new URL("./", import.meta.url), threads, steps, python, prototype, packed: packed(root) },
};

const results = await measured(options, chosen);
console.log(`\n${tables({ rows: results })}`);
if (options.write) await record({ machine: machine(), threads, rows: results });
if (options.check) check(results);

async function measured({ against, browser }: Options, chosen: readonly Row[]): Promise<RowResult[]> {
  if (against !== undefined) {
    console.error(`setting up ${against} …`);
    const other = checkOut(against);
    try {
      return await all(chosen.filter(({ pages }) => !pages).map((row) => twice(row, against, other)));
    } finally {
      other.remove();
    }
  }
  if (browser) return inPages(chosen.map((row) => ({ ...row, sides: row.sides.filter(({ page }) => page) })).filter(isPage));
  const pages = chosen.filter((row) => row.pages);
  return [...(await all(chosen.filter((row) => !row.pages))), ...(pages.length ? await inPages(pages) : [])];
}
const isPage = ({ sides, pages }: Row): boolean => pages === true || sides[0]?.page?.peer === "antler";

async function inPages(chosen: readonly Row[]): Promise<RowResult[]> {
  const { serve } = await import("./browser/server.ts");
  const { startPage } = await import("./browser/child.ts");
  const server = await serve();
  try {
    return await all(chosen, (side) => startPage(server.url, side, threads));
  } finally {
    server.close();
  }
}

/** One row after the other, with a word on each for who waits. */
async function all(chosen: readonly Row[], start?: Measuring["start"]): Promise<RowResult[]> {
  const stamp = { commit: commit() };
  const done: RowResult[] = [];
  for (const [i, row] of chosen.entries()) {
    console.error(`${i + 1}/${chosen.length} ${row.id} …`);
    done.push(await measure(row, { ...measuring, ...(start && { start }) }, { ...stamp, date: new Date().toISOString() }));
  }
  return done;
}

function check(results: readonly RowResult[]): void {
  for (const row of results) {
    const failures = [
      ...(verdict(row)?.holds === false ? ["does not reach its bar"] : []),
      ...disagreeing(row).map(({ name }) => `differs from ${name}`),
    ];
    for (const failure of failures) console.error(`failed: ${row.id} ${failure}`);
    if (failures.length) process.exitCode = 1;
  }
}
