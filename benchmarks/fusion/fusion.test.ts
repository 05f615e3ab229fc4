// Tests the examples of the compiler's rules: without its rule each gives the same numbers, in another way.
import { usePrinter } from "@antler/compiler";
import * as printer from "@antler/compiler/print";
import { onEvent } from "@antler/tensor-core";
import { expect, it } from "vitest";
import { distance, excerpt } from "../work/values.ts";
import { rules } from "./rules.ts";
import { type Way, workOfRule } from "./ways.ts";

usePrinter(printer);

/** What the awkward example gives, and the programs it is compiled to. */
async function done(rule: (typeof rules)[number], fused: boolean): Promise<{ numbers: number[]; programs: string[] }> {
  const programs: string[] = [];
  const stop = onEvent((event) => event.kind === "compile" && event.print && programs.push(event.print()));
  const way: Way = { fused, size: 1, threads: 1 };
  const numbers = excerpt(await (await workOfRule(rule, way)).output(), 5000);
  stop();
  return { numbers, programs };
}

it.each(rules)("$id", async (rule) => {
  const [fused, apart] = [await done(rule, true), await done(rule, false)];
  // Sums of a thousand terms may be taken in another order.
  expect(distance(fused.numbers, apart.numbers)).toBeLessThan(1000 * 2 ** -24);
  // What is packed ahead, or written over, is decided when a program runs.
  if (rule.id !== "prepared" && rule.id !== "over") expect(apart.programs).not.toEqual(fused.programs);
});
