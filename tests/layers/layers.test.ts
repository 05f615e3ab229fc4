// Every layer trains on every backend: one step of each, compiled for a batch of any size, gives what Keras's numbers say.
import { readdirSync } from "node:fs";
import { createCpuBackend } from "@antler/backend-cpu";
import { strictBackend } from "@antler/compiler/testing";
import { type Backend, createReferenceBackend, referenceBackend, setBackend } from "@antler/tensor-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { fixture } from "../../packages/keras-api/test/oracle/fixture.ts";
import { type LayerCase, numbersOf } from "../../packages/keras-api/test/oracle/layer-case.ts";
import { trainOneStep } from "./step.ts";

const backends: Readonly<Record<string, () => Backend>> = {
  "the reference": createReferenceBackend,
  "the strict device": () => strictBackend(),
  "the CPU": () => createCpuBackend(),
  "the CPU, all kernels generated": () => createCpuBackend({ handWritten: false }),
};

const families = readdirSync(new URL("../../packages/keras-api/test/oracle/fixtures", import.meta.url))
  .filter((file) => file.startsWith("layers_"))
  .map((file) => file.replace(".json", ""));

/** The first case of each class that has gradients, or the first. */
const cases = new Map<string, LayerCase>();
for (const c of families.flatMap((family) => fixture<LayerCase>(family).cases)) {
  const name = c.layer.class_name;
  const has = (one: LayerCase | undefined): boolean => one !== undefined && numbersOf(one.gradients).length > 0;
  if (!cases.has(name) || (has(c) && !has(cases.get(name)))) cases.set(name, c);
}

for (const [backend, create] of Object.entries(backends)) {
  describe(`a step on ${backend}`, () => {
    beforeAll(() => setBackend(create()));
    afterAll(() => setBackend(referenceBackend()));
    for (const [name, c] of cases) it(name, () => trainOneStep(c));
  });
}
