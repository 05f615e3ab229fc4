/** The initializers a name or a config can stand for; `register.ts` brings one more, which hardly any model has. */
export * from "./constant.ts";
export * from "./orthogonal.ts";
export * from "./random.ts";
export * from "./variance-scaling.ts";
