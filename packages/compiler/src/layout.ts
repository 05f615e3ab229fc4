/** Where a run's outputs are to go, and how large they are. */
import { type Bindings, byteSize, matchShape, type RunOptions, ShapeError, type Storage } from "@antler/tensor-core";
import type { Buffer } from "./kernel.ts";
import type { Bound, Executable } from "./program.ts";

/** Memory with a count of the storages that share it. */
export interface Block {
  readonly buffer: Buffer;
  readonly bytes: number;
  sharers: number;
}

/** Adds the blocks of a program's outputs to `results`, and gives which inputs are written over. */
export function layOut(
  { plan, checksData }: Executable,
  { outputs }: Bound,
  blocks: readonly Block[],
  donate: RunOptions["donate"],
  results: Block[],
  allocate: (bytes: number) => Block,
): number[] {
  // A program that checks data may fail half way: then its inputs must still be whole.
  const gives = (i: number): boolean => donate?.[i] === true && !plan.shared.has(i) && blocks[i]!.sharers === 1 && !checksData;
  const overwritten: number[] = [];
  plan.outputs.forEach((p, k) => {
    const from = plan.reuse.get(k);
    // An output may be an input, an earlier output, or written over an input that is given up.
    const shared =
      p.kind === "input" ? blocks[p.at] : p.at !== k ? results[p.at] : from !== undefined && gives(from) ? blocks[from] : undefined;
    if (shared) shared.sharers++;
    if (from !== undefined && shared === blocks[from]) overwritten.push(from);
    results.push(shared ?? allocate(byteSize(outputs[k]!)));
  });
  return overwritten;
}

/** The sizes that inputs bring. */
export function sizesOf({ lowered: { graph } }: Executable, inputs: readonly Pick<Storage, "spec">[]): Bindings {
  const sizes = new Map<string, number>();
  for (let i = 0; i < inputs.length; i++) {
    const { spec } = inputs[i]!;
    const want = graph.inputs[i]!.spec;
    if (spec === want || matchShape(want.shape, spec.shape, sizes)) continue;
    throw new ShapeError("run", `input ${i} does not fit the program`, { got: [want, spec] });
  }
  return sizes;
}
