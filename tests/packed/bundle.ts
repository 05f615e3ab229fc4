// Builds the pages of scratch projects with the bundlers people use, as a new user would: without any settings of ours.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { programs } from "./project.ts";

/** Makes the pages of the projects in one folder into files for a server, in another. */
export type Bundler = (projects: string, target: string) => Promise<void>;

const pages = programs.map((program) => `${program}/index.html`);

const withVite: Bundler = async (projects, target) => {
  await vite({
    root: projects,
    configFile: false,
    logLevel: "error",
    build: { outDir: target, rolldownOptions: { input: pages.map((page) => join(projects, page)) } },
  });
};

/** esbuild builds scripts, not pages: those are copied, and their scripts' names changed. */
const withEsbuild: Bundler = async (projects, target) => {
  const { warnings } = await esbuild({
    absWorkingDir: projects,
    entryPoints: ["page.ts", ...programs.map((program) => `${program}/main.ts`)],
    outdir: target,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    logLevel: "silent",
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  for (const page of pages) {
    mkdirSync(dirname(join(target, page)), { recursive: true });
    writeFileSync(join(target, page), readFileSync(join(projects, page), "utf8").replaceAll('.ts"', '.js"'));
  }
  cpSync(join(projects, "page.css"), join(target, "page.css"));
};

export const bundlers: Readonly<Record<string, Bundler>> = { vite: withVite, esbuild: withEsbuild };
