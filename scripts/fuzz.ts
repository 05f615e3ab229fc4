// Runs the random-graph fuzzer: node scripts/fuzz.ts --from 0 --count 20000 --backend cpu|webgpu|reference|strict --float float64
import { parseArgs } from "node:util";
import { type Backend, type DType, referenceBackend } from "../packages/tensor-core/src/index.ts";
import { fuzz } from "../packages/tensor-core/src/testing/index.ts";
import { useDrivers } from "./lib/drivers.ts";

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "0" },
    count: { type: "string", default: "1000" },
    backend: { type: "string", default: "reference" },
    float: { type: "string", default: "float32" },
    nodes: { type: "string", default: "60" },
  },
});

/** A package that exports a function making a backend; loaded only when asked for, so that the script runs without it. */
async function make(specifier: string, name: string, options: object = {}): Promise<Backend> {
  const module = (await import(specifier)) as { readonly [name: string]: ((options: object) => Backend | Promise<Backend>) | undefined };
  const create = module[name];
  if (!create) throw new Error(`${specifier} exports no ${name}`);
  return create(options);
}
const backends: { readonly [name: string]: () => Backend | Promise<Backend> } = {
  reference: referenceBackend,
  cpu: () => make("../packages/backend-cpu/src/index.ts", "createCpuBackend"),
  webgpu: () => {
    useDrivers();
    return make("../packages/backend-webgpu/src/index.ts", "createWebGpuBackend");
  },
  // Some graphs hold more than the default binding of 64 KiB.
  strict: () => make("../packages/compiler/src/testing/index.ts", "strictBackend", { bindingBytes: 2 ** 24 }),
};
const create = backends[values.backend];
if (!create) throw new Error(`--backend is one of ${Object.keys(backends).join(", ")}, not ${values.backend}`);

const [seed, count] = [Number(values.from), Number(values.count)];
const start = performance.now();
const { ran, steps, failures } = await fuzz({
  backend: await create(),
  seed,
  count,
  float: values.float as DType,
  maxNodes: Number(values.nodes),
  onFailure: (f) => console.log(`\n${f.text}\n`),
  onProgress(done, failed) {
    if (done % 100 === 0)
      console.log(`${done} of ${count}, ${failed} failed, ${Math.round(done / ((performance.now() - start) / 1000))} graphs a second`);
  },
});
console.log(
  `${values.backend}: ${ran} graphs of ${steps} steps from seed ${seed}, ${failures.length} failed${failures.length ? `: seeds ${failures.map((f) => f.seed).join(", ")}` : ""}`,
);
process.exitCode = failures.length ? 1 : 0;
