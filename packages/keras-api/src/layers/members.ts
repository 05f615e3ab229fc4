/** The layers, and the models, a config can stand for. */
export { Functional } from "../models/functional.ts";
export { Sequential } from "../models/sequential.ts";
export * from "./index.ts";
