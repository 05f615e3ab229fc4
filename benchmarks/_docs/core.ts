import "@antler/backend-cpu/register";
import { add, func, matMul, tensor } from "@antler/tensor-core";

const w = tensor([
  [1, 2],
  [3, 4],
]);
const layer = func((x) => add(matMul(x, w), 1)); // traced once, compiled once
layer(tensor([[1, 1]])).print();
