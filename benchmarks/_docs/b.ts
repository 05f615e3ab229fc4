import { createCpuBackend } from "@antler/backend-cpu";
import {
  add,
  function as compile,
  makeSpec,
  matMul,
  mean,
  mul,
  ones,
  printGraph,
  relu,
  setBackend,
  symbol,
  tanh,
  trace,
} from "@antler/tensor-core";

const backend = createCpuBackend();
await setBackend(backend);
const f = compile((x: any, w: any, b: any) => mean(tanh(relu(add(matMul(x, w), b))), { axis: -1 }), {
  inputSignature: [
    { shape: ["batch", 8], dtype: "float32" },
    { shape: [8, 4], dtype: "float32" },
    { shape: [4], dtype: "float32" },
  ],
});
const g = f.graph(ones([2, 8]), ones([8, 4]), ones([4]));
console.log(printGraph(g));
console.log();
console.log(backend.compile(g).print());
f(ones([2, 8]), ones([8, 4]), ones([4])).print();
f(ones([5, 8]), ones([8, 4]), ones([4])).print();
console.log(f.traces);
console.log("----- add");
const one = compile((a: any, b: any) => add(a, b));
console.log(backend.compile(one.graph(ones([10]), ones([10]))).print());
