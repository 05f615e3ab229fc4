/** Makes a peer in Node by its name: loads what it needs, and only that. */

import type { Jax } from "../jax-js/api.ts";
import type { Ort } from "../onnxruntime/peer.ts";
import type { Tf, TfWasm } from "../tfjs/api.ts";
import type { Peer, PeerOptions } from "../work/peer.ts";
import { load, type Package, packages } from "./peers.ts";
import { installWebWorkers } from "./web-workers.ts";

export type PeerName = "antler" | "tfjs-cpu" | "tfjs-wasm" | "jax-js" | "onnxruntime-web" | "onnxruntime-node";
/** What pages are made for: peers of Node, and those on a GPU. */
export type PageName = PeerName | "antler-webgpu" | "tfjs-webgpu" | "jax-js-webgpu" | "onnxruntime-webgpu";

const makers: Readonly<Record<PeerName, (options: PeerOptions) => Promise<Peer>>> = {
  antler: async (options) => (await import("../antler/peer.ts")).antler(options),
  async "tfjs-cpu"(options) {
    const tf = await load<Tf>("tfjs", "@tensorflow/tfjs-core");
    await load("tfjs", "@tensorflow/tfjs-backend-cpu");
    return (await import("../tfjs/peer.ts")).tfjs(tf, "cpu", options);
  },
  async "tfjs-wasm"(options) {
    if (options.threads > 1) installWebWorkers(options.threads);
    const tf = await load<Tf>("tfjs", "@tensorflow/tfjs-core");
    await load("tfjs", "@tensorflow/tfjs-layers");
    const wasm = await load<TfWasm>("tfjs", "@tensorflow/tfjs-backend-wasm");
    // In Node it takes no threads of its own accord.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", options.threads > 1);
    return (await import("../tfjs/peer.ts")).tfjs(tf, { wasm }, options);
  },
  async "jax-js"(options) {
    if (options.threads > 1) installWebWorkers(options.threads);
    const jax = await load<Jax>("jax-js", "@jax-js/jax");
    return (await import("../jax-js/peer.ts")).jaxJs(jax, "wasm", versionOf("jax-js"));
  },
  async "onnxruntime-web"(options) {
    const ort = await load<Ort>("onnxruntime-web", "onnxruntime-web");
    return (await import("../onnxruntime/peer.ts")).onnxRuntime(ort, "wasm", versionOf("onnxruntime-web"), options);
  },
  async "onnxruntime-node"(options) {
    const ort = await load<Ort>("onnxruntime-node", "onnxruntime-node");
    return (await import("../onnxruntime/peer.ts")).onnxRuntime(ort, "cpu", versionOf("onnxruntime-node"), options);
  },
};

export const makePeer = (name: PeerName, options: PeerOptions): Promise<Peer> => makers[name](options);

const versionOf = (name: Package): string => Object.values(packages[name])[0]!;
