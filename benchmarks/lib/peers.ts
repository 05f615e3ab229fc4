/** The libraries that Antler is compared with: installed from npm into an ignored folder, each in one of its own. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/lib/workspace.ts";

export type Package = "tfjs" | "jax-js" | "onnxruntime-web" | "onnxruntime-node" | "vega";

/** The versions of each. */
export const packages: Readonly<Record<Package, Readonly<Record<string, string>>>> = {
  // With its layers come the gradients of its ops.
  tfjs: {
    "@tensorflow/tfjs-core": "4.22.0",
    "@tensorflow/tfjs-layers": "4.22.0",
    "@tensorflow/tfjs-backend-cpu": "4.22.0",
    "@tensorflow/tfjs-backend-wasm": "4.22.0",
    "@tensorflow/tfjs-backend-webgpu": "4.22.0",
  },
  "jax-js": { "@jax-js/jax": "0.1.25" },
  "onnxruntime-web": { "onnxruntime-web": "1.30.0" },
  "onnxruntime-node": { "onnxruntime-node": "1.30.0" },
  vega: { vega: "6.4.0", "vega-lite": "6.4.3" },
};

export const peersFolder: string = join(root, "node_modules/.cache/antler-peers");

/** Installs one where it is missing or of another version. Gives what went wrong, if anything did. */
export function install(name: Package): string | undefined {
  const folder = join(peersFolder, name);
  const wanted = JSON.stringify({ private: true, dependencies: packages[name] });
  const stamp = join(folder, ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), wanted);
  // Their install scripts fetch what CPUs do not need.
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  const { status, stderr, error } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" });
  if (status !== 0) return `npm install failed: ${(stderr || String(error)).trim().split("\n")[0]}`;
  writeFileSync(stamp, wanted);
  return undefined;
}

/** Imports an installed package, as Node would from its folder. */
export async function load<T>(name: Package, specifier: string): Promise<T> {
  const require = createRequire(join(peersFolder, name, "package.json"));
  // CommonJS where there is both: import() gives all its names only below `default`.
  const module = (await import(pathToFileURL(require.resolve(specifier)).href)) as { default?: T };
  return (module.default ?? module) as T;
}
