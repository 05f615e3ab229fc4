/**
 * Does one piece of work with kernels of the wasm-kernels prototype, on demand: a child of bench.ts.
 *
 * node benchmarks/prototype/serve.ts --folder FOLDER --work matmul-512 --threads 2
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { serveWork } from "../lib/serve-work.ts";
import { computations } from "../work/index.ts";
import { inputValues, weightValues } from "../work/values.ts";
import { type Engine, type Kernel, kernels } from "./kernels.ts";

const { values } = parseArgs({
  options: { folder: { type: "string" }, work: { type: "string" }, threads: { type: "string", default: "1" } },
});
const { engine } = (await import(pathToFileURL(join(resolve(values.folder!), "dyn.mjs")).href)) as {
  engine(threads: number): Promise<Engine>;
};
const e = await engine(Number(values.threads));
const computation = computations[values.work!]!;
const operands = [...inputValues(computation), ...weightValues(computation)].map(({ data }) => {
  const address = e.alloc(data.length);
  e.F.set(data, address / 4);
  return address;
});
const { size, run }: Kernel = kernels[values.work!]!;
const result = e.alloc(size);
const scratch = e.alloc(16 << 20);
const call = (): void => run(e, operands, result, scratch);
await serveWork("prototype", {
  run: call,
  async output() {
    call();
    return e.F.slice(result / 4, result / 4 + size);
  },
});
