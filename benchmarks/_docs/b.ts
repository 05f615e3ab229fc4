import { createCpuBackend } from "@antler/backend-cpu";
import { add, func, matMul, ones, relu, setBackend, square, sum, type Tensor } from "@antler/tensor-core";

const backend = createCpuBackend();
await setBackend(backend);
const f = func(
  (x: Tensor, w: Tensor, b: Tensor) => {
    const h = relu(add(matMul(x, w), b));
    return [h, sum(square(h), { axis: -1 })];
  },
  {
    inputSignature: [
      { shape: ["batch", 8], dtype: "float32" },
      { shape: [8, 4], dtype: "float32" },
      { shape: [4], dtype: "float32" },
    ],
  },
);
const graph = f.graph(ones([2, 8]), ones([8, 4]), ones([4]));
console.log(backend.compile(graph).print());
