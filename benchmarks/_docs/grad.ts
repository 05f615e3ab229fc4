import "@antler/backend-cpu/register";
import { grad } from "@antler/autodiff";
import { mul, sum, tensor } from "@antler/tensor-core";

const df = grad((x) => sum(mul(x, x)));
df(tensor([1, 2, 3])).print(); // 2x
