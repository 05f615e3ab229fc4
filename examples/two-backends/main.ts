// One program, two backends: a network of eight neurons learns a sine wave on each, and the results are equal.
import { GradientTape } from "@antler/autodiff";
import "@antler/backend-cpu/register";
import {
  add,
  createReferenceBackend,
  func,
  matMul,
  mean,
  mul,
  randomNormal,
  randomUniform,
  registerBackend,
  setBackend,
  sin,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  variable,
  zeros,
} from "@antler/tensor-core";

/** The program. It names no backend. */
async function learnSine() {
  const x = randomUniform([64, 1], { seed: [1, 1], minval: -2, maxval: 2 });
  const y = sin(x);

  const w1 = variable(randomNormal([1, 8], { seed: [1, 2] }));
  const b1 = variable(zeros([8]));
  const w2 = variable(randomNormal([8, 1], { seed: [1, 4] }));
  const weights = [w1, b1, w2];
  const network = (at: Tensor) => matMul(tanh(add(matMul(at, w1), b1)), w2);

  // Traced once and compiled once, on whichever backend is in use.
  const step = func(() => {
    const tape = new GradientTape();
    const loss = tape.run(() => mean(square(sub(network(x), y))));
    const gradients = tape.gradient(loss, weights);
    weights.forEach((weight, i) => weight.assign(sub(weight, mul(gradients[i]!, 0.1))));
    return loss;
  });

  const [before] = await step().data();
  for (let i = 0; i < 250; i++) step().dispose();
  const [after] = await step().data();
  const [sineOfOne] = await network(tensor([[1]])).data();
  return { "loss before": round(before), "loss after": round(after), "sine of 1": round(sineOfOne) };
}

const round = (value: number | bigint | undefined) => Number(value).toFixed(4);

// The CPU registered itself; the interpreter of the core, slow and obvious, has no name until it is given one.
registerBackend({ name: "interpreter", priority: 0, create: createReferenceBackend });
await setBackend("cpu");
const cpu = await learnSine();
await setBackend("interpreter");
const interpreter = await learnSine();
console.table({ cpu, interpreter });
