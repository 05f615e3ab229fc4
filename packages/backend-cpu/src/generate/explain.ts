/** @antler/backend-cpu/explain: why a kernel is slower than it might be. */
import { coefficient, type Kernel, type Load, showSize, topological } from "@antler/compiler";
import { float64, libm } from "@antler/compiler/machine";
import { dependence, schedule } from "./schedule.ts";

/** Why a kernel does not go four elements at a time, or undefined where it does. Kernels of a single element count as fine. */
export function explainScalar(kernel: Kernel): string | undefined {
  const { vector, horizontal, across, lift, stores } = schedule(kernel, libm(float64));
  if (!vector) return undefined;
  const varies = dependence(vector);
  for (const e of topological([...lift, ...stores.map((s) => s.value)])) {
    if (e.op !== "load" || !varies(e)) continue;
    const { slot, index } = e.value as Load;
    const by = coefficient(index, vector);
    if (by === undefined) return `the place it reads in buffer ${slot} is not affine along the vector axis`;
    if (across && coefficient(index, across) === 1) continue;
    if (by !== 1 && by !== 0) return `neighbours along the vector axis lie ${showSize(by)} elements apart in buffer ${slot}`;
  }
  const scattered = horizontal ? undefined : stores.find((s) => coefficient(s.index, vector) !== 1);
  return scattered && `it writes buffer ${scattered.slot} with gaps along the vector axis`;
}
