import "@antler/backend-cpu/register"; // the line an application needs
import { softmax, tensor } from "@antler/tensor-core";

console.log(await softmax(tensor([1, 2, 3])).data());
