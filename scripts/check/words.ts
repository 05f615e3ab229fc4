// Words: rules about the text of a source that no type checker knows.
import { readFileSync } from "node:fs";
import { importsOf, nameOf } from "../lib/modules.ts";
import { plural, report } from "../lib/report.ts";
import { isTest, packages, sources } from "../lib/workspace.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly reason: string;
  /** Whether a line in a file is excused. */
  readonly except?: (file: string, line: string) => boolean;
}

/** Files whose purpose it is to print for a user who asked for it. */
const printers: readonly string[] = [
  "packages/tensor-core/src/tensor.ts", // Tensor.print()
  "packages/compiler/src/print/debug.ts", // ANTLER_DEBUG
  "packages/keras-api/src/host.ts", // summary(), the progress bar and warnings
];

/** Examples in docstrings show what users write, and users print. */
const mayPrint = (file: string, line: string): boolean => printers.includes(file) || /^\s*(\*|\/\/)/.test(line);

/** Never in the code of a package; comments and strings count, so that a search finds nothing either. */
const forbidden: readonly Rule[] = [
  { pattern: /(?<![\w.$])eval\s*\(/, reason: "code from strings: pages that forbid it must be able to run us" },
  { pattern: /\bnew\s+Function\b/, reason: "code from strings: pages that forbid it must be able to run us" },
  { pattern: /\bconsole\s*\.\s*\w+/, reason: "a library emits events, it does not print", except: mayPrint },
  { pattern: /\b(TODO|FIXME|XXX)\b/, reason: "finish it, or leave it out" },
  { pattern: /@ts-(ignore|nocheck)\b/, reason: "fix the type, or use @ts-expect-error with its reason" },
];

const problems: string[] = [];
let count = 0;
for (const file of packages().flatMap(sources)) {
  count++;
  const name = nameOf(file);
  const text = readFileSync(file, "utf8");
  if (!/^(\/\/ \S|\/\*\*? ?\S)/.test(text)) problems.push(`${name}:1 starts with a comment that says what the file is`);
  for (const { specifier, line } of importsOf(file)) {
    if (specifier.startsWith(".") && !specifier.endsWith(".ts")) problems.push(`${name}:${line} imports ${specifier}: end it in .ts`);
  }
  if (!isTest(file)) problems.push(...forbiddenIn(name, text));
}
report(problems, plural(count, "file"));

function forbiddenIn(name: string, text: string): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      forbidden
        .filter(({ pattern, except }) => pattern.test(line) && !except?.(name, line))
        .map(({ pattern, reason }) => `${name}:${index + 1} ${pattern.exec(line)?.[0]}: ${reason}`),
    );
}
