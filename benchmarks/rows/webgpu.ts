/** Training steps and forward passes on the GPU, in pages: what a browser has for a GPU, and whom it lets at it. */
import { pageSizes } from "../antler/sizes.ts";
import type { ModelName } from "../keras/data.ts";
import type { PageName } from "../lib/make-peer.ts";
import { TRAIN } from "../work/index.ts";
import { PAGE_STEPS } from "../work/peer.ts";
import { ANTLER } from "./peers.ts";
import type { Need, Row, Side } from "./row.ts";

interface Offer {
  readonly peer: PageName;
  readonly name: string;
  readonly needs?: Need;
  readonly trains?: boolean;
}
const offers: readonly Offer[] = [
  { peer: "antler-webgpu", name: ANTLER, trains: true },
  // The same graphs on another device: whether results are right does not hang on those who also use this GPU.
  { peer: "antler", name: "Antler on the CPU", trains: true },
  { peer: "tfjs-webgpu", name: "tfjs WebGPU", needs: "tfjs", trains: true },
  { peer: "jax-js-webgpu", name: "jax-js WebGPU", needs: "jax-js" },
  { peer: "onnxruntime-webgpu", name: "ORT web WebGPU", needs: "onnxruntime-web" },
];
const side = ({ peer, name, needs }: Offer, work: string, scale = 1): Side => ({
  name,
  ...(needs && { needs }),
  page: { peer, work, gpu: true },
  scale,
});

/** `losses` and what they may differ by are those of the training rows. */
const training = (model: ModelName, title: string, losses = 1e-3): Row => ({
  id: `webgpu-${model}`,
  group: "webgpu",
  title: `${title}: training step, batch ${pageSizes(model).batch}`,
  unit: "ms",
  sides: offers.filter(({ trains }) => trains).map((offer) => side(offer, `${TRAIN}${model}`, 1 / PAGE_STEPS)),
  agree: { losses },
  pages: true,
});
const inference = (work: string, title: string): Row => ({
  id: `webgpu-${work}`,
  group: "webgpu",
  title: `${title}: forward pass`,
  unit: "ms",
  sides: offers.map((offer) => side(offer, work)),
  agree: { relative: 1e-3 },
  pages: true,
});

export const webgpu: readonly Row[] = [
  training("mlp", "MLP 784-512-512-10"),
  training("cnn", "CNN conv32-pool-conv64-pool-128-10 on 28×28"),
  training("readme-cnn", "CNN conv32-pool-100-10 on 32×32×3"),
  training("lstm", "LSTM of 128 units along 16×64"),
  training("transformer", "transformer block, 64 features, 8 heads, 32 steps"),
  training("separable-cnn", "three depthwise separable blocks on 16×16×3", 5e-3),
  inference("resnet-small", "ResNet-18 on 32×32, batch 1"),
  inference("mobilenet-small", "MobileNet v1 on 32×32, batch 1"),
];
