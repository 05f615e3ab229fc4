/** What each rule of the compiler gains: the same graph with and without it. None may cost more than what is noise. */
import { rules } from "../fusion/rules.ts";
import { nodeCommand } from "../lib/child.ts";
import type { Row, Side } from "./row.ts";

const [WITH, WITHOUT] = ["with the rule", "without"] as const;

const side = (rule: string, size: number, name: string): Side => ({
  name,
  command: ({ home, threads }) =>
    nodeCommand(
      new URL("fusion/serve.ts", home),
      ...["--rule", rule, "--size", `${size}`, "--fused", name === WITH ? "yes" : "no", "--threads", `${threads}`],
    ),
});

const show = (shapes: readonly (readonly number[])[]): string =>
  [...new Set(shapes.filter(({ length }) => length).map((shape) => shape.join("×")))].join(", ");

export const fusion: readonly Row[] = rules.flatMap(({ id, title, inputs }) =>
  inputs.map(
    (shapes, size): Row => ({
      id: `fusion-${id}${size ? "-awkward" : ""}`,
      group: "fusion",
      title: `${title}; ${show(shapes)}`,
      unit: "ms",
      sides: [side(id, size, WITH), side(id, size, WITHOUT)],
      bar: { of: [WITH], to: [WITHOUT], ratio: 1.05 },
      agree: { relative: 1e-4 },
    }),
  ),
);
