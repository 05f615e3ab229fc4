/** Bundles of pages, one a peer, and the files that peers fetch at run time. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { PageName } from "../lib/make-peer.ts";
import { type Package, packages, peersFolder } from "../lib/peers.ts";

const versionOf = (name: Package): string => JSON.stringify(Object.values(packages[name])[0]);

/** The module of each page: it imports the peer and offers it. */
const entries: Partial<Record<PageName, string>> = {
  antler: `
    import { antler } from "./antler/peer.ts";
    offer(antler);`,
  "tfjs-wasm": `
    import * as tf from "@tensorflow/tfjs-core";
    import * as wasm from "@tensorflow/tfjs-backend-wasm";
    import { tfjs } from "./tfjs/peer.ts";
    wasm.setWasmPaths("/tfjs/");
    offer((options) => tfjs(tf, { wasm }, options));`,
  "jax-js": `
    import * as jax from "@jax-js/jax";
    import { jaxJs } from "./jax-js/peer.ts";
    offer(() => jaxJs(jax, "wasm", ${versionOf("jax-js")}));`,
  "onnxruntime-web": `
    import * as ort from "onnxruntime-web/wasm";
    import { onnxRuntime } from "./onnxruntime/peer.ts";
    ort.env.wasm.wasmPaths = "/onnxruntime/";
    offer((options) => onnxRuntime(ort, "wasm", ${versionOf("onnxruntime-web")}, options));`,
  "antler-webgpu": `
    import { antlerOnGpu } from "./antler/webgpu.ts";
    offerOnGpu(antlerOnGpu);`,
  "tfjs-webgpu": `
    import * as tf from "@tensorflow/tfjs-core";
    import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
    import * as layers from "@tensorflow/tfjs-layers";
    import "@tensorflow/tfjs-backend-webgpu";
    import { tfjs } from "./tfjs/peer.ts";
    offerOnGpu((options) => tfjs(tf, { webgpu: layers }, options));`,
  "jax-js-webgpu": `
    import * as jax from "@jax-js/jax";
    import { jaxJs } from "./jax-js/peer.ts";
    offerOnGpu(() => jaxJs(jax, "webgpu", ${versionOf("jax-js")}));`,
  "onnxruntime-webgpu": `
    import * as ort from "onnxruntime-web/webgpu";
    import { onnxRuntime } from "./onnxruntime/peer.ts";
    ort.env.wasm.wasmPaths = "/onnxruntime/";
    offerOnGpu((options) => onnxRuntime(ort, "webgpu", ${versionOf("onnxruntime-web")}, options));`,
};

/** Where a page's own files come from, by the first part of their addresses. */
export const folders: Readonly<Record<string, string>> = {
  tfjs: join(peersFolder, "tfjs/node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  onnxruntime: join(peersFolder, "onnxruntime-web/node_modules/onnxruntime-web/dist"),
};

/** @returns the script of a peer's page */
export async function bundle(peer: PageName): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { offer } from "./browser/page.ts";
import { offerOnGpu } from "./browser/gpu-page.ts";${entries[peer]}`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
    },
    nodePaths: globSync("*/node_modules", { cwd: peersFolder }).map((folder) => join(peersFolder, folder)),
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2023",
    logLevel: "silent",
  });
  return outputFiles[0]!.contents;
}
