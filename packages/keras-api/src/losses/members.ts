/** The losses a name or a config can stand for. */
export * from "./crossentropies.ts";
export * from "./hinges.ts";
export * from "./regression.ts";
export * from "./structured.ts";
export { LossFunctionWrapper } from "./wrapper.ts";
