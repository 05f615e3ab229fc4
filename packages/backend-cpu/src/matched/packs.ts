/** The hand-written kernels in packs, see `lean.ts`: what each has, and which ops it computes. */
import { attentionKernels as attentionRows } from "../kernels/attention-rows.ts";
import { depthwiseKernels } from "../kernels/depthwise-rows.ts";
import { dotKernels } from "../kernels/dots.ts";
import type { KernelPack, SomeSources } from "../kernels/index.ts";
import { poolingKernels as poolingRows } from "../kernels/pooling-rows.ts";
import { softmaxKernels } from "../kernels/softmax.ts";
import { tileKernels } from "../kernels/tile.ts";
import { transposeKernels } from "../kernels/transpose.ts";
import { winogradKernels } from "../kernels/winograd-tiles.ts";
import { attentionKernels as attention } from "./attention.ts";
import { convolutionKernels as convolution } from "./convolution.ts";
import { matMulKernel } from "./matmul.ts";
import { poolingKernels as pooling } from "./pooling.ts";
import { rearrangeKernel } from "./rearrange.ts";
import { rowKernels as rows } from "./rows.ts";
import { segmentSumKernel } from "./segments.ts";

const products = (): SomeSources => ({ ...tileKernels, ...dotKernels, ...transposeKernels });

/** `matMul`, and with it dense layers. */
export const matMulKernels: KernelPack = { sources: products, matched: (context) => ({ matMul: matMulKernel(context) }) };
/** Convolutions of every kind, depthwise ones among them, and their gradients. */
export const convolutionKernels: KernelPack = {
  sources: () => ({ ...products(), ...depthwiseKernels, ...winogradKernels }),
  matched: convolution,
};
/** Pooling and its gradients. */
export const poolingKernels: KernelPack = { sources: () => ({ ...transposeKernels, ...poolingRows }), matched: pooling };
/** `softmax` and `logSoftmax`. */
export const rowKernels: KernelPack = { sources: () => softmaxKernels, matched: rows };
/** `scaledDotProductAttention` and its gradients. */
export const attentionKernels: KernelPack = { sources: () => ({ ...products(), ...softmaxKernels, ...attentionRows }), matched: attention };
/** Sums of rows by their ids: the gradient of `gather`, of embeddings. */
export const segmentKernels: KernelPack = {
  sources: () => ({}),
  matched: (_, memory) => ({ unsortedSegmentSum: segmentSumKernel(memory) }),
};
/** Copies of transposes that must be stored. */
export const transposingKernels: KernelPack = { sources: () => transposeKernels, rearrange: rearrangeKernel };

export const everyPack = (): readonly KernelPack[] => [
  matMulKernels,
  convolutionKernels,
  poolingKernels,
  rowKernels,
  attentionKernels,
  segmentKernels,
  transposingKernels,
];

/** The kernels of all packs. */
export const everySource = (): SomeSources => Object.assign({}, ...everyPack().map((pack) => pack.sources()));
