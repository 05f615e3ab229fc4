// docs/coverage.md as text: a summary, and a table for each group.

export interface Entry {
  readonly group: string;
  readonly name: string;
  readonly covered: boolean;
  readonly ours: string | undefined;
  /** The name that is meant, where ours has only that one. */
  readonly sameAs: string | undefined;
  readonly why: string | undefined;
}

const intro = `# Coverage of Keras

Every public name of Keras 3.16 in these groups, and what it is here. A name is covered when it is exported and tests that compare it with what Keras gave pass: values, gradients, weights, configs. \`pnpm coverage:api\` runs these tests and writes this page; \`pnpm check\` fails where it is stale.
`;

const rest = `Not on this page yet: applications, datasets, distribution, export, \`keras.ops\`, preprocessing, quantizers, random, tree, utils, visualization.
`;

export function page(entries: readonly Entry[]): string {
  const names = [...new Set(entries.map(({ group }) => group))];
  const groups = names.map((name) => [name, entries.filter(({ group }) => group === name)] as const);
  const count = (some: readonly Entry[]): string[] => [String(some.filter(({ covered }) => covered).length), String(some.length)];
  const summary = groups.map(([group, some]) => [titleOf(group), ...count(some)]);
  return [
    intro,
    table(["group", "covered", "names"], [...summary, ["**all**", ...count(entries)]]),
    rest,
    ...groups.flatMap(([group, some]) => [`## ${titleOf(group)}\n`, table(["Keras", "here", "not covered because"], some.map(row))]),
  ].join("\n");
}

const titleOf = (group: string): string => (group === "(top)" ? "keras" : `keras.${group}`);

function row({ name, covered, ours, sameAs, why }: Entry): string[] {
  const here = ours === undefined ? "" : `\`${ours.replace(".prototype", "")}\`${sameAs === undefined ? "" : " (another name)"}`;
  return [`\`${name}\``, here, covered ? "" : (why ?? "")];
}

/** Columns as wide as their longest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}
