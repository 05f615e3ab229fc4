import { createCpuBackend } from "@antler/backend-cpu";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { memory, onEvent, setBackend, tensor, zeros } from "@antler/tensor-core";

const backend = createCpuBackend();
const wrapped = { ...backend };
const progs: any[] = [];
(backend as any).compile = ((c: any) => (g: any) => {
  const p = c(g);
  progs.push([g, p]);
  return p;
})(backend.compile);
await setBackend(backend);
setRandomSeed(1);
const model = sequential([
  layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [8, 8, 1] }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dense({ units: 100, activation: "relu" }),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const ev: any = {};
let on = false;
onEvent((e: any) => {
  if (on) {
    const k = e.kind + ":" + (e.name ?? e.op ?? "");
    ev[k] = (ev[k] ?? 0) + 1;
  }
  if (e.kind === "compile" && e.nodes > 50) console.log(e);
  if (e.kind === "trace") console.log(e);
});
const y = Int32Array.from({ length: 100 }, (_, i) => i % 10);
await model.fit(zeros([100, 8, 8, 1]), y, { verbose: 0, batchSize: 32 });
on = true;
await model.fit(zeros([100, 8, 8, 1]), y, { verbose: 0, batchSize: 32 });
on = false;
console.log(ev);
const big = progs.find(([g]) => g.outputs.length > 10);
console.log(big[1].print().split("\n\n")[0]);
console.log(big[1].executable.kernels().length, big[1].executable.lowered.steps.length, big[1].executable.plan.reuse.size);
