/** ONNX Runtime as a peer, in WebAssembly or native: a session of the computation's model, fed as by a program. */
import { imageFirst, imageLast } from "../work/channels-first.ts";
import type { Peer, PeerOptions } from "../work/peer.ts";
import { inputValues } from "../work/values.ts";
import { onnxModel } from "./onnx.ts";

interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
interface Session {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
}
/** What the benchmark uses of onnxruntime-web and onnxruntime-node, which are installed only where they run. */
export interface Ort {
  readonly env: { readonly wasm: { numThreads?: number; wasmPaths?: string } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OrtTensor;
}

/** @param provider "wasm" or "webgpu" for onnxruntime-web, "cpu" for onnxruntime-node */
export function onnxRuntime(ort: Ort, provider: "wasm" | "webgpu" | "cpu", version: string, { threads }: PeerOptions): Peer {
  ort.env.wasm.numThreads = threads;
  const options = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // Otherwise its threads go on spinning while others take their turn.
    extra: { session: { intra_op: { allow_spinning: "1" }, force_spinning_stop: "1" } },
  };
  return {
    version,
    async compute(computation) {
      const session = await ort.InferenceSession.create(onnxModel(computation), options);
      const feeds = Object.fromEntries(
        inputValues(computation).map((values, i) => {
          const { data, shape } = imageFirst(values);
          return [`x${i}`, new ort.Tensor("float32", data, shape)];
        }),
      );
      return {
        async run() {
          await session.run(feeds);
        },
        async output() {
          const { dims, data } = (await session.run(feeds))["y"]!;
          return imageLast({ shape: dims, data }).data;
        },
      };
    },
  };
}
