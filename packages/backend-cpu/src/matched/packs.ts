/** The hand-written kernels in packs, see `lean.ts`: what each has, and which ops it computes. */
import { attentionKernels as attentionRows } from "../kernels/attention-rows.ts";
import { depthwiseKernels } from "../kernels/depthwise-rows.ts";
import { dotKernels } from "../kernels/dots.ts";
import type { KernelPack, SomeSources } from "../kernels/index.ts";
import { patchKernels } from "../kernels/patches.ts";
import { poolingKernels as poolingRows } from "../kernels/pooling-rows.ts";
import { segmentKernels as segmentRows } from "../kernels/segments.ts";
import { softmaxKernels } from "../kernels/softmax.ts";
import { sortingKernels as sortRows } from "../kernels/sort-rows.ts";
import { tileKernels } from "../kernels/tile.ts";
import { transposeKernels } from "../kernels/transpose.ts";
import { winogradKernels } from "../kernels/winograd-tiles.ts";
import { attentionKernels as attention } from "./attention.ts";
import { convolutionKernels as convolution } from "./convolution.ts";
import { matMulKernel } from "./matmul.ts";
import { poolingKernels as pooling } from "./pooling.ts";
import { rowKernels as rows } from "./rows.ts";
import { segmentKernels as segments } from "./segments.ts";
import { sortingKernel } from "./sorting.ts";

const products = (): SomeSources => ({ ...tileKernels, ...dotKernels, ...transposeKernels });

/** `matMul`, and with it dense layers. */
export const matMulKernels: KernelPack = { sources: products, matched: (context) => ({ matMul: matMulKernel(context) }) };
/** Convolutions of every kind, depthwise ones among them, and their gradients. */
export const convolutionKernels: KernelPack = {
  sources: () => ({ ...products(), ...patchKernels, ...depthwiseKernels, ...winogradKernels }),
  matched: convolution,
};
/** Pooling and its gradients. */
export const poolingKernels: KernelPack = { sources: () => ({ ...transposeKernels, ...poolingRows }), matched: pooling };
/** `softmax` and `logSoftmax`. */
export const rowKernels: KernelPack = { sources: () => softmaxKernels, matched: rows };
/** `scaledDotProductAttention` and its gradients. */
export const attentionKernels: KernelPack = { sources: () => ({ ...products(), ...softmaxKernels, ...attentionRows }), matched: attention };
/** Scatters: sums of rows by their ids (the gradient of `gather`, of embeddings), and rows in place of others. */
export const segmentKernels: KernelPack = { sources: () => ({ ...transposeKernels, ...segmentRows }), matched: segments };
/** `sort`, `argSort` and `topk`. */
export const sortingKernels: KernelPack = { sources: () => sortRows, matched: (context) => ({ argSort: sortingKernel(context) }) };

export const everyPack = (): readonly KernelPack[] => [
  matMulKernels,
  convolutionKernels,
  poolingKernels,
  rowKernels,
  attentionKernels,
  segmentKernels,
  sortingKernels,
];

/** The kernels of all packs. */
export const everySource = (): SomeSources => Object.assign({}, ...everyPack().map((pack) => pack.sources()));
