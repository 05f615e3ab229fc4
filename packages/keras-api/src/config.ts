/** keras.config: what holds for all layers made from now on. */
export { dtypePolicy, setDtypePolicy } from "./policy.ts";
