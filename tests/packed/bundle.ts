// Builds the pages of scratch projects with the bundlers people use, as a new user would: without any settings of ours.
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build as esbuild, transform } from "esbuild";
import { build as vite } from "vite";
import webpack from "webpack";
import { pages, programs } from "./project.ts";

/** Makes the pages of the projects in one folder into files for a server, in another. */
export type Bundler = (projects: string, target: string) => Promise<void>;

const withVite: Bundler = async (projects, target) => {
  await vite({
    root: projects,
    configFile: false,
    logLevel: "error",
    build: { outDir: target, rolldownOptions: { input: pages.map((page) => join(projects, page)) } },
  });
};

/** What pages load, without extension. Vite reads the pages instead. */
const scripts = ["page", ...programs.map((program) => `${program}/main`), "threads/main", "threads/host", "webgpu/main"];

/** esbuild builds scripts, not pages: those are copied, and their scripts' names changed. The script of a worker is one more. */
const withEsbuild: Bundler = async (projects, target) => {
  const { warnings } = await esbuild({
    absWorkingDir: projects,
    entryPoints: [...scripts, "threads/inside"].map((script) => `${script}.ts`),
    outdir: target,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    logLevel: "silent",
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  const host = join(target, "threads/host.js");
  writeFileSync(host, namesOfScripts(readFileSync(host, "utf8")));
  copyPages(projects, target, namesOfScripts);
};

/** Without a loader, webpack takes JavaScript only: it gets what is left of the sources without types. */
const withWebpack: Bundler = async (projects, target) => {
  for (const file of globSync(["*.ts", "*/*.ts"], { cwd: projects })) {
    const { code } = await transform(readFileSync(join(projects, file), "utf8"), { loader: "ts", format: "esm" });
    writeFileSync(join(projects, file.replace(/ts$/, "js")), namesOfScripts(code));
  }
  const entry = Object.fromEntries(scripts.map((script) => [script, `./${script}.js`]));
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    webpack({ context: projects, mode: "production", entry, output: { path: target } }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  if (stats === undefined || stats.hasErrors()) throw new Error(stats?.toString());
  copyPages(projects, target, (page) => namesOfScripts(page).replaceAll('type="module"', "defer"));
};

/** One file for Node of a program and all it imports. */
export async function bundleForNode(script: string, outfile: string): Promise<void> {
  await esbuild({ entryPoints: [script], outfile, bundle: true, platform: "node", format: "esm", logLevel: "silent" });
}

const namesOfScripts = (source: string): string => source.replaceAll(/\.ts(?=")/g, ".js");

function copyPages(projects: string, target: string, change: (page: string) => string): void {
  for (const page of pages) {
    mkdirSync(dirname(join(target, page)), { recursive: true });
    writeFileSync(join(target, page), change(readFileSync(join(projects, page), "utf8")));
  }
  cpSync(join(projects, "page.css"), join(target, "page.css"));
}

export const bundlers: Readonly<Record<string, Bundler>> = { vite: withVite, esbuild: withEsbuild, webpack: withWebpack };
