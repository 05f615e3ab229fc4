/** Paths with places for numbers, in Python's form: `{epoch:02d}-{val_loss:.2f}.keras`. */
import { ValueError } from "@antler/tensor-core";
import type { Logs } from "./callback.ts";

/**
 * The template with numbers in its places; `{{` and `}}` are braces.
 * @throws ValueError for a name without a number, or a form other than width, precision and d, e, f, g or %
 */
export function fillTemplate(template: string, values: Logs): string {
  return template.replace(/\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}/g, (whole, name: string | undefined, form: string | undefined) => {
    if (name === undefined) return whole[0]!;
    const value = values[name];
    if (value !== undefined) return formatted(value, form ?? "");
    throw new ValueError("template", `"${template}" has a place for "${name}", which is not among the logs`, {
      hint: `They are ${Object.keys(values).join(", ")}.`,
    });
  });
}

function formatted(value: number, form: string): string {
  const parts = /^(0?)(\d*)(?:\.(\d+))?([defg%]?)$/.exec(form);
  if (!parts) throw new ValueError("template", `":${form}" is no form of a number`, { hint: "Write :02d, :.3f or :.2e." });
  const [, zero, width, precision, kind] = parts;
  return digits(value, kind!, precision === undefined ? undefined : Number(precision)).padStart(Number(width), zero ? "0" : " ");
}
function digits(value: number, kind: string, precision: number | undefined): string {
  if (kind === "d") return String(Math.trunc(value));
  if (kind === "f") return value.toFixed(precision ?? 6);
  if (kind === "%") return `${(value * 100).toFixed(precision ?? 6)}%`;
  if (kind === "e") return value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
  return precision === undefined && kind === "" ? String(value) : String(Number(value.toPrecision(precision || 6)));
}
