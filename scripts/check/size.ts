// Sizes: bundles small programs against the packed packages and compares them with their budgets.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { packAll, unpack, withTemporaryFolder } from "../lib/pack.ts";
import { report } from "../lib/report.ts";
import { type Budget, budgets, engineEntry, engineOps } from "./budgets.ts";

await withTemporaryFolder(async (folder) => {
  unpack(packAll(folder), folder);
  writeEngine(folder);
  const problems: string[] = [];
  const sizes: string[] = [];
  for (const budget of budgets) {
    const measured = await measure(budget, folder).catch((error: Error) => error.message);
    if (typeof measured === "string") {
      problems.push(`${budget.name}: ${measured}`);
      continue;
    }
    const { size, parts } = measured;
    const allowed = budget.meanwhile ?? budget.limit;
    const over = size > budget.limit ? ` (${kib(size - budget.limit)} over, ${kib(allowed)} allowed meanwhile)` : "";
    sizes.push(`${budget.name}: ${kib(size)} of ${kib(budget.limit)}${over}`);
    if (size > allowed) problems.push(`${budget.name} is ${size - allowed} bytes over what it may weigh. Largest parts:\n${parts}`);
  }
  report([...problems, ...(problems.length > 0 ? sizes : [])], sizes.join("; "));
});

/** The core's index without the ops that are not weighed with the engine. */
function writeEngine(folder: string): void {
  const path = join(folder, engineEntry);
  const index = readFileSync(join(dirname(path), "index.js"), "utf8");
  const engine = index.replace(/export \{[^}]*\} from "\.\/ops\/(\w+)\.js";/g, (line, file: string) =>
    engineOps.includes(file) ? line : "",
  );
  if (engine === index) throw new Error(`${engineEntry}: no op was left out. Has the form of index.js changed?`);
  writeFileSync(path, engine);
}

interface Measured {
  /** Bytes after gzip. */
  readonly size: number;
  /** The files that weigh most before compression, to be read when a budget breaks. */
  readonly parts: string;
}

async function measure({ code, bundler }: Budget, folder: string): Promise<Measured> {
  const { output, parts } = await (bundler === "vite" ? byVite : byEsbuild)(code, folder);
  return { size: gzipSync(output, { level: 9 }).length, parts: largest(parts) };
}

interface Bundle {
  readonly output: Uint8Array | string;
  /** Files, and what is left of each. */
  readonly parts: readonly (readonly [file: string, bytes: number])[];
}

// Node's modules are imported at run time, where there are any.
async function byEsbuild(code: string, folder: string): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return { output: outputFiles[0]?.contents ?? "", parts: parts.map(([file, { bytesInOutput }]) => [file, bytesInOutput]) };
}

async function byVite(code: string, folder: string): Promise<Bundle> {
  const entry = join(folder, "entry.js");
  writeFileSync(entry, code);
  const built = await vite({
    root: folder,
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry, external: [/^node:/], preserveEntrySignatures: false },
    },
  });
  if (!("output" in built)) throw new Error("Vite gave more than one bundle");
  const chunks = built.output.filter((file) => file.type === "chunk");
  const parts = chunks.flatMap(({ modules }) => Object.entries(modules));
  return { output: chunks.map((chunk) => chunk.code).join(""), parts: parts.map(([file, { renderedLength }]) => [file, renderedLength]) };
}

function largest(parts: Bundle["parts"]): string {
  return [...parts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([file, bytes]) => `  ${String(bytes).padStart(7)}  ${file.replace(/^.*node_modules\//, "")}`)
    .join("\n");
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(2)} KiB`;
}
