/** The initializers a name or a config can stand for. */
export * from "./constant.ts";
export * from "./orthogonal.ts";
export * from "./random.ts";
export * from "./stft.ts";
export * from "./variance-scaling.ts";
