/** Goes through a program without running it, so that a device hears of every kernel it will be asked for. */
import { byteSize, type RunOptions, type ScanAttrs, type StaticSpec, type WhileAttrs } from "@antler/tensor-core";
import type { Buffer } from "./kernel.ts";
import { type Block, layOut, sizesOf } from "./layout.ts";
import { type Bound, carries, type Executable, type Frame, type RegionRun, scanSteps } from "./program.ts";

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
    const region = regions.get(call)?.(frame);
    if (region) forms[region.form](region);
    else if (!host.has(call)) void call(frame);
  }
}

/** By form, the ways in which bodies meet memory: from then on they repeat. */
const forms: { readonly [form in RegionRun["form"]]: (run: RegionRun) => void } = {
  cond({ arrays: { inputs, outputs }, room, context }) {
    for (const body of context.bodies) through(body, { inputs: inputs.slice(1), outputs, arena: room });
  },
  while({ attrs, arrays: { inputs, outputs }, room, context }) {
    const { carry } = attrs as WhileAttrs;
    const [test, body] = context.bodies as readonly [Bound, Bound];
    const { spare, arena } = carries(carry, room, context);
    const captured = inputs.slice(carry);
    const ways = [inputs.slice(0, carry), outputs, spare, outputs] as const;
    for (let n = 0; n < 3; n++) {
      const given = [...ways[n]!, ...captured];
      through(test, { inputs: given, outputs: [room], arena });
      through(body, { inputs: given, outputs: ways[n + 1]!, arena });
    }
  },
  scan({ attrs, arrays, room, context }) {
    scanSteps(attrs as ScanAttrs, arrays, room, context, (body, frame) => void through(body, frame), 3);
  },
};
