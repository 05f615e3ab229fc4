/**
 * Prints where the time of a benchmark's training step, or forward pass, goes in Antler: milliseconds of each kernel, its part,
 * and for products the thousands of millions of multiply-adds in a second.
 *
 * node benchmarks/profile.ts --model transformer|resnet-1|… [--threads 2] [--steps 200]
 */
import { parseArgs } from "node:util";
import { createCpuBackend } from "@antler/backend-cpu";
import { setBackend, tensor } from "@antler/tensor-core";
import { makeModel, makeSamples } from "./antler/models.ts";
import { peer } from "./antler/peer.ts";
import { profile } from "./antler/profiled.ts";
import { usualSizes } from "./antler/sizes.ts";
import type { ModelName } from "./keras/data.ts";
import { nets } from "./work/nets.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "mlp" },
    threads: { type: "string", default: "2" },
    steps: { type: "string", default: "200" },
  },
});
const name = values.model;
const steps = Number(values.steps);

const backend = createCpuBackend({ threads: Number(values.threads) });
const { kernels, reset } = profile(backend);
await setBackend(backend);
const run = nets[name] ? await forward() : training(name as ModelName);
await run();
reset();
const begun = performance.now();
await run();
const all = (performance.now() - begun) / steps;

const rows = [...kernels.values()].map(({ name, times, products }) => {
  const ms = times.reduce((sum, t) => sum + t, 0) / steps;
  const calls = times.length / steps;
  return { name, calls, ms, speed: products === undefined ? "" : ((products * calls) / ms / 1e6).toFixed(1) };
});
const known = rows.reduce((sum, { ms }) => sum + ms, 0);
console.log(`${name}: ${all.toFixed(2)} ms, of which ${known.toFixed(2)} ms in kernels\n`);
console.log("    ms   part  calls  G/s  kernel");
for (const { name, calls, ms, speed } of rows.sort((a, b) => b.ms - a.ms)) {
  if (ms < known / 500) continue;
  const part = `${((100 * ms) / known).toFixed(1)} %`;
  console.log(`${ms.toFixed(3).padStart(6)} ${part.padStart(7)} ${calls.toFixed(0).padStart(5)} ${speed.padStart(5)}  ${name}`);
}
process.exit(0);

async function forward(): Promise<() => Promise<void>> {
  const work = await peer.compute(nets[name]!);
  return async () => {
    for (let i = 0; i < steps; i++) await work.run();
  };
}
function training(model: ModelName): () => Promise<void> {
  const sizes = usualSizes(model);
  const { images, labels } = makeSamples(model, steps, sizes);
  const x = tensor(images, [labels.length, ...sizes.shape]);
  const made = makeModel(model, sizes);
  return async () => void (await made.fit(x, labels, { batchSize: sizes.batch, epochs: 1, shuffle: false, verbose: 0 }));
}
