// Writes docs/coverage.md: every public name of Keras in the groups covered so far, with ours or with why there is none.
// Usage: pnpm coverage:api [--check]
//   runs the tests that compare with Keras, and counts a name as covered when those that judge it pass;
//   --check only reads which names they judge, and fails where the page says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgedBy } from "./api/judged.ts";
import { type Name, names } from "./api/names.ts";
import { type Entry, page } from "./api/page.ts";
import { reasons } from "./api/reasons.ts";
import { plural, report } from "./lib/report.ts";
import { root } from "./lib/workspace.ts";

/** Base classes have no cases: they stand when a class that is nothing without them does. */
const bases: Readonly<Record<string, string>> = {
  "keras.Initializer": "keras.initializers.GlorotUniform",
  "keras.Layer": "keras.layers.Dense",
  "keras.Loss": "keras.losses.MeanSquaredError",
  "keras.Metric": "keras.metrics.MeanSquaredError",
  "keras.Optimizer": "keras.optimizers.Adam",
  "keras.Regularizer": "keras.regularizers.L2",
  "keras.callbacks.Callback": "keras.callbacks.EarlyStopping",
  "keras.constraints.Constraint": "keras.constraints.MaxNorm",
  "keras.optimizers.schedules.LearningRateSchedule": "keras.optimizers.schedules.CosineDecay",
};

const path = join(root, "docs/coverage.md");
const check = process.argv.includes("--check");
const judged = await judgedBy(check ? "list" : "run");

const canonicals = new Map(names.map(({ name, canonical }) => [name, canonical]));
const standing = new Set([...judged.names].map((name) => canonicals.get(name) ?? name));
const ours = new Map(names.filter((name) => name.ours !== undefined).map((name) => [name.canonical, name.ours]));
const used = new Set<RegExp>();

const entries = names.map(entryOf);
const problems = [
  ...judged.failures.map((title) => `fails: ${title}`),
  ...[...judged.names].filter((name) => !canonicals.has(name)).map((name) => `a test judges ${name}, which is no name of these groups`),
  ...entries
    .filter(({ covered, why }) => !covered && why === undefined)
    .map(({ name }) => `${name} is neither covered nor explained in scripts/api/reasons.ts`),
  ...reasons.filter(({ of }) => !used.has(of)).map(({ of }) => `${of} in scripts/api/reasons.ts explains nothing any more`),
];
const text = page(entries);
if (!check) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) problems.push("docs/coverage.md is not what the tests judge: run `pnpm coverage:api`");
report(problems, `${entries.filter(({ covered }) => covered).length} of ${plural(entries.length, "name")} are covered`);

function entryOf({ group, name, canonical, ours: own }: Name): Entry {
  const place = own ?? ours.get(canonical);
  const covered = place !== undefined && (standing.has(canonical) || standing.has(bases[canonical] ?? ""));
  const reason = covered ? undefined : reasons.find(({ of }) => of.test(name) || of.test(canonical));
  if (reason) used.add(reason.of);
  return { group, name, covered, ours: place, sameAs: own === undefined && name !== canonical ? canonical : undefined, why: reason?.why };
}
