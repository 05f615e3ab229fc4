/** Goes through a program without running it, so that a device hears of every kernel it will be asked for. */
import { byteSize, type RunOptions, type StaticSpec, type Work } from "@antler/tensor-core";
import type { Buffer } from "./kernel.ts";
import { type Block, layOut, sizesOf } from "./layout.ts";
import type { Bound, Executable, Frame } from "./program.ts";
import type { Player } from "./region.ts";

/** @param pretend gives buffers that are none */
export function rehearse(
  executable: Executable,
  specs: readonly StaticSpec[],
  { donate }: RunOptions,
  pretend: (bytes: number) => Buffer,
): void {
  const bound = executable.bind(
    sizesOf(
      executable,
      specs.map((spec) => ({ spec })),
    ),
  );
  const allocate = (bytes: number): Block => ({ buffer: pretend(bytes), bytes, sharers: 1 });
  const inputs = specs.map((s) => allocate(byteSize(s)));
  const outputs: Block[] = [];
  layOut(executable, bound, inputs, donate, outputs, allocate);
  through(bound, { inputs: inputs.map((b) => b.buffer), outputs: outputs.map((b) => b.buffer), arena: pretend(bound.arenaBytes) });
}

/** Host ops are left out, regions go through all of their bodies. */
function through({ calls, regions, host }: Bound, frame: Frame): void {
  for (const call of calls) {
    const region = regions.get(call);
    if (region) everyWay(region, frame);
    else if (!host.has(call)) void call(frame);
  }
}

/** From a loop's fourth step on bodies meet the same memory again. */
const STEPS = 3;

/** A region is gone through twice if it asks: once told yes, as long as a loop meets other memory, once told no. */
function everyWay(region: (frame: Frame, player: Player) => Work | undefined, frame: Frame): void {
  for (const answer of [true, false]) {
    let asked = 0;
    const player: Player = {
      play: (body, inner) => void through(body, inner),
      // biome-ignore lint/correctness/useYield: nothing is read
      *ask() {
        return asked++ < STEPS && answer;
      },
      most: STEPS,
    };
    region(frame, player)?.next();
    if (!asked) return;
  }
}
