// Pipelines: made ahead and side by side, shared by all batch sizes, and none made twice.
import {
  add,
  cond,
  func,
  greater,
  less,
  mul,
  onEvent,
  scan,
  setBackend,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  whileLoop,
  zeros,
} from "@antler/tensor-core";
import { beforeAll, expect, it } from "vitest";
import { createWebGpuBackend, type Statistics, type WebGpuDevice } from "../src/index.ts";

let statistics: () => Statistics;
beforeAll(async () => {
  const backend = await createWebGpuBackend();
  await setBackend(backend);
  statistics = () => (backend.device as WebGpuDevice).statistics;
});

const signature = [{ shape: [null, 7], dtype: "float32" as const }];
const rows = (n: number): Tensor => tensor(Array.from({ length: n }, (_, i) => Array.from({ length: 7 }, (_, j) => Math.sin(i + j))));

it("after prepare, a run makes no pipeline", async () => {
  const f = func((x: Tensor) => sum(softmax(mul(x, 3)), { axis: 0 }), { inputSignature: signature });
  const x = rows(5);
  const before = statistics().pipelines;
  await f.prepare(x);
  const made = statistics().pipelines;
  expect(made).toBeGreaterThan(before);
  await f(x).data();
  expect(statistics().pipelines).toBe(made);
});

it("another batch size makes no pipeline", async () => {
  const f = func((x: Tensor) => sum(tanh(mul(x, 5)), { axis: 1 }), { inputSignature: signature });
  await f(rows(5)).data();
  const made = statistics().pipelines;
  for (const n of [1, 2, 6, 13]) expect((await f(rows(n)).data()).length).toBe(n);
  expect(statistics().pipelines).toBe(made);
});

const regions: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ["scan", (x) => scan((h: Tensor, r: Tensor) => [tanh(add(h, r)), mul(h, r)] as const, zeros([7]), x)[1]],
  [
    "cond",
    (x) =>
      cond(
        greater(sum(x), 0),
        () => mul(x, 2),
        () => sub(x, 2),
      ),
  ],
  [
    "whileLoop",
    (x) =>
      whileLoop(
        (h: Tensor) => less(sum(square(h)), 100),
        (h: Tensor) => mul(h, 1.5),
        x,
      ),
  ],
];
it.each(regions)("%s: bodies are prepared too", async (_, body) => {
  const f = func(body);
  const x = rows(4);
  const before = statistics().pipelines;
  await f.prepare(x);
  const made = statistics().pipelines;
  expect(made).toBeGreaterThan(before);
  await f(x).data();
  expect(statistics().pipelines).toBe(made);
});

it("a scan of known length runs without coming back to the host", async () => {
  const f = func((x: Tensor) => scan((h: Tensor, r: Tensor) => [tanh(add(h, r)), h] as const, zeros([7]), x)[0]);
  const x = rows(20);
  const heard: string[] = [];
  const stop = onEvent((e) => heard.push(e.kind));
  const { reads } = statistics();
  const y = f(x);
  stop();
  expect(heard).not.toContain("host");
  expect(statistics().reads).toBe(reads);
  expect((await y.data()).length).toBe(7);
});
