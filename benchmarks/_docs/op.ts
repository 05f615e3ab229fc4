import { createCpuBackend } from "@antler/backend-cpu";
import { apply, createReferenceBackend, mul, type Op, scalars as s, type Tensor } from "@antler/tensor-core";
import { type OpCase, reals, testBackend } from "@antler/tensor-core/testing";

const cubeOp: Op<undefined> = {
  name: "cube",
  infer: ([x]) => [x!],
  how: { kind: "map", body: ([x]) => [s.mul(s.mul(x!, x!), x!)] },
  vjp: ([dy], [x]) => [mul(dy!, mul(mul(x!, x!), 3))],
};
/** `x³`. */
export const cube = (x: Tensor): Tensor => apply(cubeOp, [x], undefined);

const row: OpCase = {
  op: "cube",
  name: "matrix",
  inputs: [reals([3, 5])],
  call: (x) => cube(x!),
  expected: (x) => ({ shape: x!.shape, data: x!.data.map((v) => v ** 3) }),
  tolerance: { k: 2, why: "two products, each off by half a unit, and as much again where they are fused" },
  grad: true,
  batch: [0],
};
for (const b of [createCpuBackend(), createReferenceBackend()]) {
  const r = await testBackend(b, { cases: [row], errors: [] }).run();
  console.log(r.summary, r.failed);
}
