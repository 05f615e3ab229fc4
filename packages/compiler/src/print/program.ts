/** Programs as text: steps, places, the reason each value is stored, and every kernel. */
import { showDim, type Value } from "@antler/tensor-core";
import { resolve } from "../aliases.ts";
import type { Step } from "../lower.ts";
import { type Place, readsOf, writesOf } from "../plan.ts";
import type { Executable } from "../program.ts";
import { printKernel } from "./kernel.ts";

const showValue = (v: Value, names: Map<Value, string>): string => {
  let n = names.get(v);
  if (!n) names.set(v, (n = `v${names.size}`));
  return `${n}:${v.spec.dtype}[${v.spec.shape.map(showDim).join(",")}]`;
};
const showPlace = (p: Place | undefined): string => (p ? `${p.kind}${p.at}` : "unused");

/** The steps of a program, where their values lie, why they are stored, and every kernel. */
export function printProgram(e: Executable): string {
  const names = new Map<Value, string>();
  const { lowered, plan } = e;
  const line = (s: Step, k: number): string => {
    const what =
      s.kind === "kernel"
        ? s.kernel.name
        : s.kind === "matched"
          ? `${s.node.op.name}${s.epilogue ? ` then ${s.epilogue.kernel.name}` : ""}`
          : s.node.op.name;
    const reads = readsOf(s).map((v) => showValue(v, names));
    const writes = writesOf(s).map(
      (v) =>
        `${showValue(v, names)} @${showPlace(plan.places.get(resolve(lowered.aliases, v)))}${lowered.reasons.has(v) ? ` (${lowered.reasons.get(v)})` : ""}`,
    );
    return `${k}: ${s.kind} ${what}: ${reads.join(", ")} -> ${writes.join(", ")}`;
  };
  return [...lowered.steps.map(line), "", ...e.kernels().map((k) => printKernel(k))].join("\n");
}
