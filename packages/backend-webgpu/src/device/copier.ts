/** Bytes moved within the GPU's memory, and to it, wherever they begin and end. */
import type { DType } from "@antler/tensor-core";
import type { Shader } from "../wgsl/shader.ts";
import type { Blocks, View } from "./blocks.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Commands } from "./queue.ts";

export interface Copier {
  copy(from: View, to: View, bytes: number): void;
  write(to: View, bytes: Uint8Array): void;
}

const LANES = 64;
const shaderOf = (dtype: DType): Shader => ({
  name: `copy ${dtype}`,
  slots: [
    { dtype, access: "read" },
    { dtype, access: "write", atomic: dtype === "uint8" },
  ],
  params: 1,
  lanes: LANES,
  write: ({ load, store, param }) => ({
    body: `let i = i32(group * ${LANES}u + lane);\nif (i >= ${param(0)}) { return; }\n${store(1, "i", load(0, "i"))}`,
  }),
});

export function copier(pipelines: Pipelines, queue: Commands, memory: Blocks): Copier {
  const words = shaderOf("uint32");
  const single = shaderOf("uint8");

  function copy(from: View, to: View, bytes: number): void {
    const whole = (from.offset | to.offset | bytes) % 4 === 0;
    if (whole && from.block !== to.block) {
      queue.copy(from.block, from.offset, to.block.gpu, to.offset, bytes);
      to.block.batch = from.block.batch;
      return;
    }
    // A buffer cannot be copied to itself, nor by single bytes.
    const count = whole ? bytes / 4 : bytes;
    const part = (v: View): View => ({ ...v, bytes });
    pipelines.run(whole ? words : single, [part(from), part(to)], [count], Math.ceil(count / LANES));
  }

  function write(to: View, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const padded = Math.ceil(bytes.length / 4) * 4;
    const whole = padded === bytes.length;
    // The last word of a buffer of its own may be filled up; what lies behind a part is somebody else's.
    if (to.offset % 4 === 0 && (whole || to.offset === 0)) {
      let data = bytes;
      if (!whole) (data = new Uint8Array(padded)).set(bytes);
      return queue.write(to.block, to.offset, data);
    }
    const block = memory.take(padded);
    write({ block, offset: 0, bytes: padded }, bytes);
    copy({ block, offset: 0, bytes: bytes.length }, to, bytes.length);
    memory.give(block);
  }
  return { copy, write };
}
