import { kernelBackend } from "@antler/compiler";
import { strictDevice } from "@antler/compiler/testing";
import { func, mul, sum, tensor } from "@antler/tensor-core";

const backend = kernelBackend(strictDevice()); // any Device
const f = func((x) => sum(mul(x, x)));
console.log(backend.compile(f.graph(tensor([1, 2, 3]))).print());
