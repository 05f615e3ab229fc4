import { GradientTape } from "@antler/autodiff";
import "@antler/backend-cpu/register";
import { mul, tensor } from "@antler/tensor-core";

const x = tensor(3);
const tape = new GradientTape();
const y = tape.run(() => {
  tape.watch(x);
  return mul(x, mul(x, x));
});
tape.gradient(y, x).print();
