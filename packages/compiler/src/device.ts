/** @antler/compiler/device: what devices with many lanes or threads bring besides kernels. Others need not carry it. */
export { type FoldCutter, longFolds } from "./parts.ts";
export { rehearse } from "./rehearse.ts";
