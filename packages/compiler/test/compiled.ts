/** Compiles functions for the golden prints: on a device that takes kernels and runs none. */
import * as tf from "@antler/tensor-core";
import { type Device, type KernelProgram, kernelBackend, type Matched, usePrinter } from "../src/index.ts";
import * as printer from "../src/print/index.ts";
import { strictDevice } from "../src/testing/index.ts";

usePrinter(printer);

/** A name is an unknown size. */
export const specOf = (shape: (number | string)[], dtype: tf.DType = "float32"): tf.Spec =>
  tf.makeSpec(
    shape.map((d) => (typeof d === "string" ? tf.symbol(d) : d)),
    dtype,
  );

export const device: Device = strictDevice({ buffers: 16 });
/** Takes matrix products strided, and calls back block by block; never run here. */
export const gemm: Matched = { accepts: () => true, operands: "strided", epilogue: true, run: () => {} };
export const withProducts: Device = { ...device, kernels: { matMul: gemm } };

export function compile(
  specs: readonly tf.Spec[],
  fn: (...xs: readonly tf.Tensor[]) => readonly tf.Tensor[],
  on: Device = device,
): KernelProgram {
  const { graph } = tf.trace(
    "test",
    specs,
    (xs) => fn(...xs),
    (ys) => ys,
  );
  return kernelBackend(on).compile(graph);
}

export const kinds = (p: KernelProgram): string[] =>
  p.executable.lowered.steps.map((s) =>
    s.kind === "kernel"
      ? s.kernel.name
      : s.kind === "matched"
        ? `${s.node.op.name}${s.epilogue ? ` → ${s.epilogue.root.node!.op.name}` : ""}`
        : s.node.op.name,
  );
