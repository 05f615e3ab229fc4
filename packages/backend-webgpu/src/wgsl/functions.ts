/** Elementary functions for hand-written kernels: the very code that generated ones contain, WGSL's own being less exact. */
import { accumulator, topological } from "@antler/compiler";
import { type Code, libm, Selector } from "@antler/compiler/machine";
import { unary } from "@antler/tensor-core/scalars";
import { spell } from "./scalar.ts";

const ops = ["exp", "log"] as const;
const printed = new Map<string, string>();

/** The text of `exp_` or `log_`, a function of an f32; undefined for any other name. */
export function mathFunction(name: string): string | undefined {
  const op = ops.find((o) => name === `${o}_`);
  if (!op) return undefined;
  let text = printed.get(op);
  if (!text) printed.set(op, (text = print(op)));
  return text;
}

function print(op: (typeof ops)[number]): string {
  const x = accumulator("float32", 0);
  const root = new Selector(libm(), { seals: true }).code(unary(op, x));
  const names = new Map<Code, string>();
  const lines: string[] = [];
  for (const e of topological([root])) {
    const args = e.args.map((a) => names.get(a)!);
    if (e.op === "acc" || e.op === "const") names.set(e, e.op === "acc" ? "x" : spell(e, args));
    else {
      const name = `t${names.size}`;
      lines.push(`let ${name} = ${spell(e, args)};`);
      names.set(e, name);
    }
  }
  return `fn ${op}_(x: f32) -> f32 {\n${lines.join("\n")}\nreturn ${names.get(root)};\n}`;
}
