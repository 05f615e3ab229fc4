/** Forward passes of whole networks. */
import { ANTLER, JAVASCRIPT, peers } from "./peers.ts";
import type { Row } from "./row.ts";

const row = (work: string, title: string): Row => ({
  id: work,
  group: "inference",
  title,
  unit: "ms",
  sides: peers(work, ["antler", "tfjs-wasm", "jax-js", "onnxruntime-web", "onnxruntime-node"]),
  bar: { of: [ANTLER], to: JAVASCRIPT, ratio: 1 / 1.8 },
  agree: { relative: 1e-3 },
});

export const inference: readonly Row[] = [
  row("resnet-1", "ResNet-18 on 64×64, batch 1"),
  row("resnet-8", "ResNet-18 on 64×64, batch 8"),
  row("mobilenet-1", "MobileNet v1 on 96×96, batch 1"),
  row("mobilenet-8", "MobileNet v1 on 96×96, batch 8"),
];
