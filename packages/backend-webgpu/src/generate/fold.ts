/** A kernel's fold as statements: by one invocation alone, or by several that put together what each has. */
import { type Axis, accumulator, type Expr, type Fold, type Size } from "@antler/compiler";
import type { Selector } from "@antler/compiler/machine";
import { isFloat } from "@antler/tensor-core";
import { joinNear } from "../wgsl/subgroups.ts";
import { typeOf } from "../wgsl/text.ts";
import type { Writer } from "./write.ts";

/**
 * Invocations that fold together: how many (1, 8, 64 or 256), how far apart in the workgroup, how many of those beside each other
 * see each other's registers, and how many a workgroup has.
 */
export interface Team {
  readonly share: number;
  readonly apart: number;
  readonly near: number;
  readonly lanes: number;
}
export interface FoldText {
  readonly outer: Writer;
  readonly selector: Selector;
  size(s: Size): string;
  /** What accumulators are called from here on. */
  rename(name: (k: number) => string): void;
}

/** Writes the accumulators as variables acc0, acc1, …; of a team the one with `member` 0 has them all. Gives declarations. */
export function writeFold({ axes, zero, lift, combine }: Fold, { share, apart, near, lanes }: Team, text: FoldText): string {
  const { outer, selector, size, rename } = text;
  const { lines } = outer;
  const types = zero.map((z) => (isFloat(z.dtype) ? "f32" : typeOf(z.dtype)));
  const left = zero.map((z, k) => accumulator(z.dtype, k));
  const right = zero.map((z, k) => accumulator(z.dtype, k + zero.length));
  zero.forEach((z, k) => lines.push(`var acc${k}: ${types[k]} = ${outer.value(selector.code(z))};`));
  const assign = (to: Writer, results: readonly Expr[]): void => {
    const made = results.map((e) => to.value(selector.code(e)));
    made.forEach((name, k) => to.lines.push(`let next${k} = ${name};`));
    made.forEach((_, k) => to.lines.push(`acc${k} = next${k};`));
  };

  const step = outer.inner();
  assign(step, combine(left, lift));
  if (share === 1) {
    const open = axes.map((a, k) => `for (var r${k} = 0i; r${k} < ${size(a.extent)}; r${k}++) {`);
    lines.push(...open, ...step.lines, "}".repeat(axes.length));
    return "";
  }
  const total = axes.map((a) => size(a.extent)).join(" * ") || "1i";
  lines.push(`let total = ${total};`, `for (var r = i32(member); r < total; r += ${share}i) {`);
  lines.push(...split("r", axes, (k) => `r${k}`, size), ...step.lines, "}");
  /** Statements that put what another member has together with what this one has. */
  const merged = (theirs: (k: number) => string): string => {
    rename((k) => (k < zero.length ? `acc${k}` : `other${k - zero.length}`));
    const merge = outer.inner();
    zero.forEach((_, k) => merge.lines.push(`let other${k} = ${unstash(types[k]!, theirs(k))};`));
    assign(merge, combine(left, right));
    rename((k) => `acc${k}`);
    return merge.lines.join("\n");
  };
  const mine = (k: number): string => stash(types[k]!, `acc${k}`);
  lines.push(joinNear(near, (other) => merged((k) => other(mine(k)))));
  const count = share / near;
  if (count === 1) return "";
  // One of those that are near each other stands for them; each time one of so many joins what they have.
  const joined = share === 256 ? 16 : 8;
  const put = zero.map((_, k) => `shared${k}[slot] = ${mine(k)};`);
  lines.push(`let rank = member / ${near}u;`, `let slot = lane / ${near}u;`, `let leads = member % ${near}u == 0u;`);
  lines.push("if (leads) {", ...put, "}", `for (var width = ${count}u; width > 1u;) {`, "workgroupBarrier();");
  lines.push(
    `let some = max(width / ${joined}u, 1u);`,
    "if (leads && rank < some) {",
    "for (var mate = rank + some; mate < width; mate += some) {",
  );
  lines.push(merged((k) => `shared${k}[slot + (mate - rank) * ${apart}u]`));
  lines.push("}", ...put, "}", "width = some;", "}");
  return zero.map((_, k) => `var<workgroup> shared${k}: array<${types[k] === "bool" ? "u32" : types[k]}, ${lanes / near}>;`).join("\n");
}
const stash = (type: string, value: string): string => (type === "bool" ? `select(0u, 1u, ${value})` : value);
const unstash = (type: string, value: string): string => (type === "bool" ? `(${value} != 0u)` : value);

/** Loop variables of a flat number, the innermost first. */
export function split(flat: string, axes: readonly Axis[], name: (k: number) => string, size: (s: Size, k: number) => string): string[] {
  const lines: string[] = [];
  let rest = flat;
  for (let k = axes.length - 1; k >= 0; k--) {
    const by = size(axes[k]!.extent, k);
    if (k === 0) lines.push(`let ${name(0)} = ${rest};`);
    else {
      lines.push(`let ${name(k)} = ${rest} % ${by};`, `let ${name(k)}_ = ${rest} / ${by};`);
      rest = `${name(k)}_`;
    }
  }
  return lines;
}
