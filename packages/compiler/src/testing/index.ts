/** @antler/compiler/testing: the strict device and the kernel interpreter. */
export { interpretKernel } from "./interpret.ts";
export { type StrictOptions, strictBackend, strictDevice } from "./strict.ts";
