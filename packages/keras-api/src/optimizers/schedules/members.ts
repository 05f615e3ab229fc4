/** The schedules a config can stand for. */
export * from "./cosine.ts";
export * from "./decay.ts";
export * from "./piecewise.ts";
