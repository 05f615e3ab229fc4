// Builds the package of the current folder: src → dist, JavaScript and declarations side by side.
// One file stays one file: with `sideEffects: false` a bundler then drops whole files, and a reader finds the
// source again. Types are erasable and declarations isolated, so nothing but the package's own text is read here
// (checking types is `scripts/check/types.ts`), and packages build in any order.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { tool } from "./lib/workspace.ts";

rmSync("dist", { recursive: true, force: true });
const options = ["--outDir", "dist", "--noResolve", "--noCheck"];
const compiler = spawnSync(process.execPath, [tool("typescript", "tsc"), "-p", "tsconfig.json", ...options], { stdio: "inherit" });
if (compiler.status !== 0) process.exit(compiler.status ?? 1);

// The compiler turns "./x.ts" into "./x.js" in code but not in declarations, where only some resolvers accept it.
const specifier = /(from |import\(|import )"(\.{1,2}\/[^"]*)\.ts"/g;
for (const file of globSync("dist/**/*.d.ts")) {
  writeFileSync(file, readFileSync(file, "utf8").replace(specifier, '$1"$2.js"'));
}

// Node finds each of hundreds of files anew: half a second for the Keras API. There the `node` condition of the exports
// leads to the same modules joined into a few files, readable as they are; bundlers take the separate ones, from which they
// drop what is not used.
const { publishConfig } = JSON.parse(readFileSync("package.json", "utf8")) as {
  publishConfig: { exports: Record<string, string | { default: string }> };
};
const entryPoints = Object.values(publishConfig.exports).flatMap((target) => (typeof target === "string" ? [] : [target.default]));
await build({
  entryPoints,
  outdir: "dist/node",
  outbase: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  packages: "external",
});
