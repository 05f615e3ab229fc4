/** Sums of rows by their ids, where they lie in memory: the gradient of a gather, so that an embedding's step never visits the host. */
import type { Matched } from "@antler/compiler";
import type { Memory } from "../memory.ts";
import { address } from "./float32.ts";

export const segmentSumKernel = (memory: Memory): Matched => ({
  accepts: ({ inputs: [x, ids] }) => x!.spec.dtype === "float32" && ids!.spec.dtype === "int32",
  operands: "contiguous",
  epilogue: false,
  run({ inputs, outputs, specs }) {
    const [rows] = specs.inputs[1]!.shape as [number];
    const [segments, ...rest] = specs.outputs[0]!.shape as [number, ...number[]];
    const width = rest.reduce((a, b) => a * b, 1);
    const [x, ids] = inputs.map((b) => address(b) >>> 2) as [number, number];
    const y = address(outputs[0]) >>> 2;
    const floats = memory.f32();
    const integers = memory.i32();
    floats.fill(0, y, y + segments * width);
    for (let row = 0; row < rows; row++) {
      const id = integers[ids + row]!;
      // Rows with an id of no segment are left out, as in TensorFlow.
      if (id < 0 || id >= segments) continue;
      const from = x + row * width;
      const to = y + id * width;
      for (let k = 0; k < width; k++) floats[to + k]! += floats[from + k]!;
    }
  },
});
