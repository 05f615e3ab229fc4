// What a TypeScript module imports: every specifier, whether it is a type, and where it stands.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { type OxcError, parseSync } from "oxc-parser";
import { root } from "./workspace.ts";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Only types are imported: nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** All imports and re-exports of a file, those inside `import()` too. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const { module, errors } = parseSync(file, text);
  const fatal = errors.find((error: OxcError) => error.severity === "Error");
  if (fatal !== undefined) throw new Error(`${nameOf(file)} does not parse: ${fatal.message}`);
  const at = (offset: number): number => text.slice(0, offset).split("\n").length;

  const imports: Import[] = module.staticImports.map(({ start, moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    line: at(start),
    // `import {} from "x"` and `import "x"` have no entries and do run x.
    typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
  }));
  for (const { start, entries } of module.staticExports) {
    const specifier = entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest?.value;
    if (specifier !== undefined) imports.push({ specifier, line: at(start), typeOnly: entries.every((entry) => entry.isType) });
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const literal = /^["'`]([^$]*)["'`]$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1];
    if (literal !== undefined) imports.push({ specifier: literal, line: at(start), typeOnly: false });
  }
  return imports;
}

/** A file's path as people read it. */
export function nameOf(file: string): string {
  return relative(root, file).replaceAll("\\", "/");
}
