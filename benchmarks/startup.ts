/**
 * Times what a program waits for at its start: importing a library, and a first product. Prints {"version", "value"}.
 *
 * node benchmarks/startup.ts antler|jax-js FOLDER
 *
 * `FOLDER` has the library in its node_modules.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Core from "@antler/tensor-core";
import type { Jax } from "./jax-js/api.ts";

const [library = "", folder = ""] = process.argv.slice(2);
const { resolve } = createRequire(join(folder, "package.json"));
/** As ES modules, which both are. */
const load = <T>(specifier: string): Promise<T> => import(pathToFileURL(resolve(specifier).replace(/\.cjs$/, ".js")).href) as Promise<T>;
const numbers = new Float32Array(64 * 64).fill(0.5);

const products: Readonly<Record<string, () => Promise<unknown>>> = {
  async antler() {
    await load("@antler/backend-cpu/register");
    const { matMul, tensor } = await load<typeof Core>("@antler/tensor-core");
    const x = tensor(numbers, [64, 64]);
    return matMul(x, x).data();
  },
  async "jax-js"() {
    const { init, defaultDevice, numpy } = await load<Jax>("@jax-js/jax");
    await init("wasm");
    defaultDevice("wasm");
    const x = numpy.array(numbers).reshape([64, 64]);
    return numpy.matmul(x.ref, x).data();
  },
};

const begun = performance.now();
await products[library]!();
const value = performance.now() - begun;
const name = library === "antler" ? "@antler/tensor-core" : "@jax-js/jax";
const { version } = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as { version: string };
console.log(JSON.stringify({ version, value }));
process.exit(0);
