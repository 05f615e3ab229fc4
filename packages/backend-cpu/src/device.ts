/** The CPU as a device: one linear memory, packs of hand-written kernels, and small modules made for each program. */
import { type Buffer, type Device, type IndexCheck, indexError, type Matched } from "@antler/compiler";
import { type Functions, libm } from "@antler/compiler/machine";
import { BackendError, type DType } from "@antler/tensor-core";
import { FAULT_ADDRESS } from "./generate/access.ts";
import { compileKernels } from "./generate/compile.ts";
import { KernelLibrary } from "./kernels/base.ts";
import { copyBytes } from "./kernels/copy.ts";
import type { KernelPack } from "./kernels/index.ts";
import { Memory } from "./memory.ts";
import type { Sharing } from "./threads/device-context.ts";
import { BUFFERS } from "./threads/layout.ts";
import { probeWasm } from "./wasm/index.ts";

export interface CpuOptions {
  /** Fused multiply-add where the engine has it; off, results are equal on every machine. Default true. */
  readonly relaxed?: boolean;
  /** The hand-written kernels; off, everything is generated. Default true. */
  readonly handWritten?: boolean;
  /** How many threads compute, the calling one included. Default: as many as the machine runs at once, at most 8. */
  readonly threads?: number;
  /** Bytes the memory may grow to. Default 4 GiB. */
  readonly maximumBytes?: number;
}

export interface CpuDevice extends Device {
  /** How many threads compute; 1 where memory cannot be shared. A change ends all threads, the next large kernel starts the new ones. */
  threads: number;
}

const dtypes: readonly DType[] = ["float32", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "bool"];

/** What a device is put together from. */
export interface CpuParts {
  readonly kernels: readonly KernelPack[];
  readonly sharing: Sharing;
  /** The functions of float64; without them there is no such dtype. */
  readonly float64?: Functions | undefined;
}

export function cpuDevice(parts: CpuParts, { relaxed = true, handWritten = true, threads, maximumBytes }: CpuOptions): CpuDevice {
  const memory = new Memory({ shared: parts.sharing.isPossible(), ...(maximumBytes !== undefined && { maximumBytes }) });
  const { simd, relaxedSimd } = probeWasm();
  if (!simd) throw new BackendError("cpu", "this engine has no WebAssembly SIMD", { hint: "Node 16.4 and browsers of 2023 have it." });
  const fused = relaxed && relaxedSimd;
  const packs = handWritten ? parts.kernels : [];
  const library = new KernelLibrary(memory, { relaxed: fused }, Object.assign({ copyBytes }, ...packs.map((pack) => pack.sources())));
  const context = parts.sharing.context(memory, library, threads);
  const kernels: { readonly [op: string]: Matched } = Object.assign({}, ...packs.map((pack) => pack.matched?.(context, memory)));
  /** Every check of every kernel; memory tells which one failed. */
  const checks: IndexCheck[] = [];
  const options = { relaxed: fused, functionOf: libm(parts.float64), checkId: (check: IndexCheck) => checks.push(check) };
  const address = (b: Buffer): number => b as number;

  return {
    name: "cpu",
    dtypes: parts.float64 ? [...dtypes, "float64"] : dtypes,
    kernels,
    limits: { buffers: BUFFERS },
    cutFold: parts.sharing.cutFold,
    get threads() {
      return context.threads;
    },
    set threads(count) {
      context.threads = count;
    },
    dispose: () => context.dismiss(),
    alloc: (bytes) => memory.alloc(bytes),
    free: (b) => memory.free(address(b)),
    part: (b, offset) => address(b) + offset,
    write: (b, bytes) => memory.bytes().set(bytes, address(b)),
    read: async (b, bytes) => memory.bytes().slice(address(b), address(b) + bytes),
    readSync: (b, bytes) => memory.bytes().slice(address(b), address(b) + bytes),
    copy: (from, to, bytes) => library.exports.copyBytes(address(from), address(to), bytes),
    compile: (list) => compileKernels(list, memory, context, options),
    fault() {
      const words = memory.i32();
      const at = FAULT_ADDRESS >> 2;
      const check = checks[words[at]! - 1];
      words[at] = 0;
      if (check) throw indexError(check, words[at + 1]!, words[at + 2]!);
    },
  };
}
