// Builds the package of the current folder: src → dist, JavaScript and declarations side by side.
// One file stays one file: with `sideEffects: false` a bundler then drops whole files, and a reader finds the
// source again. Types are erasable and declarations isolated, so nothing but the package's own text is read here
// (checking types is `scripts/check/types.ts`), and packages build in any order.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { tool } from "./lib/workspace.ts";

rmSync("dist", { recursive: true, force: true });
const flags = ["--outDir", "dist", "--noResolve", "--noCheck"];
const compiler = spawnSync(process.execPath, [tool("typescript", "tsc"), "-p", "tsconfig.json", ...flags], { stdio: "inherit" });
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
const entryPoints = Object.values(publishConfig.exports).flatMap((target) => (typeof target === "string" ? [] : [resolve(target.default)]));
const options = { bundle: true, format: "esm", platform: "node", packages: "external" } as const;
await build({ ...options, entryPoints, outdir: "dist/node", outbase: "dist", splitting: true, plugins: [inOneFile(await mainModules())] });

/** What the main entry is made of. */
async function mainModules(): Promise<string[]> {
  const { metafile } = await build({ ...options, entryPoints: entryPoints.slice(0, 1), write: false, metafile: true });
  return Object.keys(metafile.inputs)
    .map((path) => resolve(path))
    .filter((path) => !entryPoints.includes(path));
}

/**
 * Makes every entry import these modules. Otherwise there is a file for each set of entries that have modules in common, and
 * finding these files takes as long as reading all that is in them. Entries that import each other stay apart: what one does
 * when it is imported is in the file that `sideEffects` names.
 */
function inOneFile(modules: readonly string[]): Plugin {
  const imports = modules.map((path) => `import ${JSON.stringify(`together:${path}`)};`).join("\n");
  return {
    name: "in-one-file",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^together:/ }, ({ path }) => ({ path: path.slice("together:".length), sideEffects: true }));
      onResolve({ filter: /^\./ }, ({ path, importer, resolveDir }) => {
        const entry = resolve(resolveDir, path);
        if (!entryPoints.includes(entry)) return undefined;
        // What is not an entry lands in a file beside the main one.
        const from = entryPoints.includes(importer) ? resolveDir : resolve("dist");
        return { path: `./${relative(from, entry)}`, external: true };
      });
      onLoad({ filter: /\.js$/ }, ({ path }) =>
        entryPoints.includes(path) ? { contents: `${imports}\n${readFileSync(path, "utf8")}` } : undefined,
      );
    },
  };
}
