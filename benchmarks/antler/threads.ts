/** The CPU backend on so many threads: the one place that says so. */
import * as cpu from "@antler/backend-cpu";
import { setBackend } from "@antler/tensor-core";

/** Versions that know no threads compute on one, whatever is asked for. */
export async function useThreads(threads: number): Promise<void> {
  await setBackend(cpu.createCpuBackend({ threads } as cpu.CpuOptions));
}
