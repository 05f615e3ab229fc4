// Size budgets: what a user writes, and the most it may weigh: bundled, minified and compressed with gzip -9.

export interface Budget {
  readonly name: string;
  /** The module a user would write. */
  readonly code: string;
  /** Bytes: the bar. */
  readonly limit: number;
  /** Where the bar is not reached yet: what it may weigh meanwhile. Lower it with the size, never raise it. */
  readonly meanwhile?: number;
  /** What bundles it: esbuild, or Vite, where esbuild keeps more than is used. */
  readonly bundler: "esbuild" | "vite";
}

const KiB = 1024;

/**
 * The ops the engine is weighed with, by their file in tensor-core: those that its first models need, besides the primitives.
 * Others weigh nothing for who does not import them, and must not make the engine look heavier with each that is added.
 */
export const engineOps: readonly string[] = ["arrays", "conv", "matmul", "nn", "pool", "window"];

/** What `size.ts` writes beside the core's index: the same without further ops. */
export const engineEntry = "node_modules/@antler/tensor-core/dist/engine.js";

/** A model by hand, on a backend that is made of what is imported. */
const tapeProgram = (imports: string, from: string, made: string): string => `
  import { GradientTape } from "@antler/autodiff";
  import ${imports} from "${from}";
  import { add, func, matMul, mean, mul, relu, setBackend, square, sub, tensor, variable } from "@antler/tensor-core";
  const [w, b] = [variable(tensor([[1, 2], [3, 4]])), variable(tensor([0, 0]))];
  await setBackend(${made});
  const step = func((x, y) => {
    const tape = new GradientTape();
    const loss = tape.run(() => mean(square(sub(relu(add(matMul(x, w), b)), y))));
    const [dw, db] = tape.gradient(loss, [w, b]);
    w.assign(sub(w, mul(dw, 0.1)));
    b.assign(sub(b, mul(db, 0.1)));
    return loss;
  });
  step(tensor([[1, 2]]), tensor([[1, 2]])).print();
`;

export const budgets: readonly Budget[] = [
  {
    // The price of the first op: if this grows, something is registered globally that should be imported.
    name: "one op (add)",
    bundler: "esbuild",
    code: `export { add } from "@antler/tensor-core";`,
    limit: 4 * KiB,
  },
  {
    // The backend with the kernels that the engine's first models need, put together from its lean entry.
    name: "core + autodiff + compiler + backend-cpu",
    bundler: "esbuild",
    code: `
      export * as core from "./${engineEntry}";
      export * as autodiff from "@antler/autodiff";
      export * as compiler from "@antler/compiler";
      import { createCpuBackend, convolutionKernels, matMulKernels, poolingKernels, rowKernels } from "@antler/backend-cpu/lean";
      export const cpu = () => createCpuBackend({ kernels: [matMulKernels, convolutionKernels, poolingKernels, rowKernels] });
    `,
    limit: 45 * KiB,
    meanwhile: 79.8 * KiB,
  },
  {
    // What a page pays for a model by hand: the ops it uses, gradients, a compiled step, and the CPU.
    name: "a GradientTape program on the CPU",
    bundler: "esbuild",
    code: tapeProgram("{ createCpuBackend, matMulKernels }", "@antler/backend-cpu/lean", "createCpuBackend({ kernels: [matMulKernels] })"),
    limit: 50 * KiB,
    meanwhile: 51.5 * KiB,
  },
  {
    // The same on the GPU, with all that its backend has.
    name: "a GradientTape program on WebGPU",
    bundler: "esbuild",
    code: tapeProgram("{ createWebGpuBackend }", "@antler/backend-webgpu", "await createWebGpuBackend()"),
    limit: 65 * KiB,
  },
  {
    // What a page that trains loads. esbuild keeps all of `layers`, a namespace in a namespace, where one layer is used.
    name: "Sequential + Dense + fit, with the CPU engine",
    bundler: "vite",
    code: `
      import "@antler/backend-cpu/register";
      import { layers, sequential } from "@antler/keras-api";
      const model = sequential([
        layers.dense({ units: 10, activation: "relu", inputShape: [4] }),
        layers.dense({ units: 1 }),
      ]);
      model.compile({ optimizer: "adam", loss: "mean_squared_error" });
      await model.fit(new Float32Array(80), new Float32Array(20));
    `,
    limit: 80 * KiB,
    meanwhile: 120.2 * KiB,
  },
  {
    // The same with objects instead of names, and the kernels that it uses: nothing else is inside.
    name: "Sequential + Dense + fit from the lean entries, with the CPU engine",
    bundler: "vite",
    code: `
      import { createCpuBackend, matMulKernels, rowKernels } from "@antler/backend-cpu/lean";
      import * as layers from "@antler/keras-api/layers";
      import { sequential } from "@antler/keras-api/lean";
      import { sparseCategoricalCrossentropy } from "@antler/keras-api/losses";
      import { sparseCategoricalAccuracy } from "@antler/keras-api/metrics";
      import { adam } from "@antler/keras-api/optimizers";
      import { setBackend, tensor } from "@antler/tensor-core";
      await setBackend(createCpuBackend({ kernels: [matMulKernels, rowKernels] }));
      const model = sequential([
        layers.dense({ units: 10, activation: "relu", inputShape: [4] }),
        layers.dense({ units: 3, activation: "softmax" }),
      ]);
      model.compile({ optimizer: adam(), loss: sparseCategoricalCrossentropy(), metrics: [sparseCategoricalAccuracy()] });
      await model.fit(tensor([[1, 2, 3, 4]]), tensor([1]), { epochs: 2 });
    `,
    limit: 80 * KiB,
  },
];
