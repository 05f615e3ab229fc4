/** The CPU as a device: one linear memory, a base module of hand-written kernels, and small modules made for each program. */
import { type Buffer, type Device, type IndexCheck, indexError, type Kernel, type Matched, type Run } from "@antler/compiler";
import { BackendError, type DType, memory as memoryInUse, OutOfMemoryError } from "@antler/tensor-core";
import { FAULT_ADDRESS } from "./generate/access.ts";
import { type EmitOptions, emitKernel } from "./generate/emit.ts";
import { instantiateBase } from "./kernels/base.ts";
import { serialContext } from "./kernels/context.ts";
import { matchedKernels } from "./matched/index.ts";
import { rearrangeKernel } from "./matched/rearrange.ts";
import { Memory, OutOfMemory } from "./memory.ts";
import { assembleModule, probeWasm } from "./wasm/index.ts";

export interface CpuOptions {
  /** Fused multiply-add where the engine has it; off, results are equal on every machine. Default true. */
  readonly relaxed?: boolean;
  /** The hand-written kernels; off, everything is generated. Default true. */
  readonly handWritten?: boolean;
  /** Bytes the memory may grow to. Default 4 GiB. */
  readonly maximumBytes?: number;
}

const dtypes: readonly DType[] = ["float32", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"];

export function cpuDevice({ relaxed = true, handWritten = true, maximumBytes }: CpuOptions = {}): Device {
  const memory = new Memory(maximumBytes === undefined ? {} : { maximumBytes });
  const { simd, relaxedSimd } = probeWasm();
  if (!simd) throw new BackendError("cpu", "this engine has no WebAssembly SIMD", { hint: "Node 16.4 and browsers of 2023 have it." });
  const fused = relaxed && relaxedSimd;
  const context = serialContext(memory, instantiateBase(memory.memory, { relaxed: fused, shared: false }));
  const kernels: { readonly [op: string]: Matched } = handWritten ? matchedKernels(context, memory) : {};
  /** Every check of every kernel; memory tells which one failed. */
  const checks: IndexCheck[] = [];
  const address = (b: Buffer): number => b as number;

  return {
    name: "cpu",
    dtypes,
    kernels,
    rearrange: handWritten ? rearrangeKernel(context) : undefined,
    alloc(bytes) {
      try {
        return memory.alloc(bytes);
      } catch (error) {
        if (error instanceof OutOfMemory) throw new OutOfMemoryError("cpu", error.message.replace(/\.$/, ""), { hint: largestHolders() });
        throw error;
      }
    },
    free: (b) => memory.free(address(b)),
    part: (b, offset) => address(b) + offset,
    write: (b, bytes) => memory.bytes().set(bytes, address(b)),
    read: async (b, bytes) => memory.bytes().slice(address(b), address(b) + bytes),
    readSync: (b, bytes) => memory.bytes().slice(address(b), address(b) + bytes),
    copy: (from, to, bytes) => void memory.bytes().copyWithin(address(to), address(from), address(from) + bytes),
    compile: (list) => compile(list, memory, { relaxed: fused, checkId: (check) => checks.push(check) }),
    fault() {
      const words = memory.i32();
      const at = FAULT_ADDRESS >> 2;
      const check = checks[words[at]! - 1];
      words[at] = 0;
      if (check) throw indexError(check, words[at + 1]!, words[at + 2]!);
    },
  };
}

function largestHolders(): string {
  const { largest } = memoryInUse();
  const list = largest.map(({ bytes, dtype, shape }) => `${dtype}[${shape.join(", ")}] (${bytes} bytes)`);
  return `Dispose of tensors, or use tidy(). The largest alive: ${list.join(", ") || "none"}.`;
}

function compile(kernels: readonly Kernel[], memory: Memory, options: EmitOptions): Run[] {
  if (kernels.length === 0) return [];
  const functions = Object.fromEntries(kernels.map((k, i) => [`k${i}`, emitKernel(k, options)]));
  const module = new WebAssembly.Module(assembleModule({ memory: { shared: memory.shared }, functions }));
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  return kernels.map((_, i): Run => caller(exports[`k${i}`] as (...args: number[]) => void));
}
/** A spread call is several times slower than a plain one; most kernels have few arguments. */
function caller(f: (...args: number[]) => void): Run {
  return (buffers, params, block) => {
    const b = buffers as readonly number[];
    if (!block && params.length === 0) {
      if (b.length === 1) return f(b[0]!);
      if (b.length === 2) return f(b[0]!, b[1]!);
      if (b.length === 3) return f(b[0]!, b[1]!, b[2]!);
      if (b.length === 4) return f(b[0]!, b[1]!, b[2]!, b[3]!);
    }
    f(...b, ...params, ...(block ?? []));
  };
}
