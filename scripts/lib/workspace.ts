// The workspace as data: where it is, which packages it has, and the source files of each.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");

export interface Package {
  /** Name of the folder under packages/. */
  readonly folder: string;
  /** Absolute path of that folder. */
  readonly path: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The packages that are published. */
export function packages(): Package[] {
  return globSync("packages/*/package.json", { cwd: root })
    .sort()
    .map((file) => join(root, file, ".."))
    .map((path) => ({ folder: basename(path), path, manifest: readManifest(path) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Absolute paths of a package's TypeScript sources, tests among them. */
export function sources(pkg: Package): string[] {
  return globSync("src/**/*.ts", { cwd: pkg.path })
    .sort()
    .map((file) => join(pkg.path, file));
}

export const isTest = (file: string): boolean => file.endsWith(".test.ts");

/** The JavaScript entry of a development tool, to be run by this very Node. */
export function tool(dependency: string, bin: string): string {
  const folder = join(root, "node_modules", dependency);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { bin: string | Record<string, string> };
  const file = typeof bins === "string" ? bins : bins[bin];
  if (file === undefined) throw new Error(`${dependency} has no command ${bin}`);
  return join(folder, file);
}
