/**
 * Does the example of one of the compiler's rules on demand: a child of bench.ts.
 *
 * node benchmarks/fusion/serve.ts --rule maps --size 0|1 --fused yes|no [--threads 1]
 */
import { parseArgs } from "node:util";
import { VERSION } from "@antler/tensor-core";
import { serveWork } from "../lib/serve-work.ts";
import { rules } from "./rules.ts";
import { workOfRule } from "./ways.ts";

const { values } = parseArgs({
  options: { rule: { type: "string" }, size: { type: "string" }, fused: { type: "string" }, threads: { type: "string", default: "1" } },
});
const rule = rules.find(({ id }) => id === values.rule)!;
const way = { fused: values.fused === "yes", size: Number(values.size), threads: Number(values.threads) };
await serveWork(VERSION, await workOfRule(rule, way));
