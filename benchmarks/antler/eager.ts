/**
 * Times one eager op on ten elements and prints the microseconds of each round as JSON.
 *
 * node benchmarks/antler/eager.ts add|mul
 */
import "@antler/backend-cpu/register";
import { add, memory, mul, type Tensor, tensor } from "@antler/tensor-core";

const ROUNDS = 15;
const MS_PER_ROUND = 40;
const CALLS_BETWEEN_LOOKS = 100;

interface Times {
  /** On the clock. */
  readonly wall: number[];
  /** Processor time of all threads, the collector's and the compiler's included: others on the machine count less. */
  readonly cpu: number[];
  /** How many more tensors were alive after a round than before the first: 0 where nothing is left behind. */
  tensors: number;
}

const [a, b] = [tensor(new Float32Array(10).fill(1)), tensor(new Float32Array(10).fill(2))];
let factor = 0;
const cases: Readonly<Record<string, () => Tensor>> = {
  add: () => add(a, b),
  // Another number each time: a learning rate changes, too.
  mul: () => mul(a, (factor += 1e-6)),
};

const run = cases[process.argv[2] ?? ""];
if (!run) throw new Error(`expected one of ${Object.keys(cases).join(", ")}`);
measure();
const times: Times = { wall: [], cpu: [], tensors: 0 };
const before = memory().numTensors;
for (let round = 0; round < ROUNDS; round++) {
  const { wall, cpu } = measure();
  times.wall.push(wall);
  times.cpu.push(cpu);
  times.tensors = Math.max(times.tensors, memory().numTensors - before);
}
console.log(JSON.stringify(times));

/** Microseconds per call, its result disposed of. */
function measure(): { wall: number; cpu: number } {
  const start = performance.now();
  const used = process.cpuUsage();
  let calls = 0;
  let elapsed = 0;
  for (; elapsed < MS_PER_ROUND; elapsed = performance.now() - start) {
    for (let i = 0; i < CALLS_BETWEEN_LOOKS; i++) run!().dispose();
    calls += CALLS_BETWEEN_LOOKS;
  }
  const { user, system } = process.cpuUsage(used);
  return { wall: (elapsed * 1000) / calls, cpu: (user + system) / calls };
}
