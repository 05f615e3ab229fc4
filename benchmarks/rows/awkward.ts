/** Training at sizes that no vector or tile divides, beside the usual ones: Antler alone, time for equal work. */
import { awkwardSizes, epochSteps, usualSizes, work } from "../antler/sizes.ts";
import type { ModelName } from "../keras/data.ts";
import { nodeCommand } from "../lib/child.ts";
import type { Context, Row, Side } from "./row.ts";

const USUAL = "usual";
const names = ["awkward batch", "awkward size", "all awkward"] as const;

/** @param index which of the awkward sizes; none for the usual ones */
function side(model: ModelName, index?: number): Side {
  const changed = index === undefined ? {} : awkwardSizes[model][index]!;
  const sizes = { ...usualSizes(model), ...changed };
  const label = Object.entries(changed).map(([what, size]) => `${what} ${[size].flat().join("×")}`);
  return {
    name: index === undefined ? USUAL : names[index]!,
    ...(label.length && { label: label.join(", ") }),
    command: ({ home, steps = epochSteps[model], threads }: Context) =>
      nodeCommand(
        new URL("antler/train-step.ts", home),
        ...["--model", model, "--steps", `${steps}`, "--threads", `${threads}`],
        ...["--awkward", index === undefined ? "none" : `${index}`],
      ),
    // Microseconds for a million multiplications of the forward pass.
    scale: 1e9 / (work(model, sizes) * sizes.batch),
  };
}

const row = (model: ModelName): Row => ({
  id: `awkward-${model}`,
  group: "awkward",
  title: model,
  unit: "µs/M",
  sides: [side(model), ...names.map((_, index) => side(model, index))],
  bar: { of: names, to: [USUAL], ratio: 1.2 },
});

export const awkward: readonly Row[] = (Object.keys(awkwardSizes) as ModelName[]).map(row);
