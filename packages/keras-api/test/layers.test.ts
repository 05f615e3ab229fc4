// Every layer against Keras: config, shapes, outputs, masks, gradients, losses, and what a call changes.
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fixture } from "./oracle/fixture.ts";
import { judges, layersIn } from "./oracle/judges.ts";
import { type LayerCase, runCompiled, runLayerCase } from "./oracle/layer-case.ts";

const families = readdirSync(new URL("oracle/fixtures", import.meta.url)).filter((f) => f.startsWith("layers_"));

for (const file of families) {
  const family = file.replace(".json", "");
  describe(family, () => {
    for (const c of fixture<LayerCase>(family).cases) {
      const judged = judges(...layersIn(c.layer), "keras.layers.serialize", "keras.layers.deserialize");
      it(c.name, judged, () => runLayerCase(c));
      it(`${c.name}, compiled for any batch`, judged, () => runCompiled(c));
    }
  });
}

it("every layer has at least three cases", () => {
  const counts = new Map<string, number>();
  const cases = families.flatMap((file) => fixture<LayerCase>(file.replace(".json", "")).cases);
  for (const name of cases.flatMap((c) => [...new Set(layersIn(c.layer))])) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Layers without any case are named by the check of docs/coverage.md.
  expect([...counts].filter(([, count]) => count < 3)).toEqual([]);
});
