/** Runs a region on a device: its op says which body comes when, here is where its steps find their memory. */
import { type Bindings, bindDim, type Node, type RegionHow, type Work } from "@antler/tensor-core";
import type { Buffer, Device } from "./kernel.ts";
import type { Arrays, Bound, Frame } from "./program.ts";
import { inTurn } from "./work.ts";

export interface Region {
  readonly node: Node;
  readonly sizes: Bindings;
  readonly bodies: readonly Bound[];
  readonly inputBytes: readonly number[];
  readonly outputBytes: readonly number[];
}

/** Who runs the bodies: a program, or its rehearsal. */
export interface Player {
  play(body: Bound, frame: Frame): Work | undefined;
  ask(flag: Buffer): Work<boolean>;
  /** After so many steps of one loop nothing new comes. */
  readonly most: number;
}

const PAD = 64;
const padded = (n: number): number => Math.ceil(n / PAD) * PAD;
const total = (sizes: readonly number[]): number => sizes.reduce((n, bytes) => n + padded(bytes), 0);
const preparedBytes = ({ preparations }: Bound): number => total(preparations.map((p) => p.bytes));

/** Room for a flag, for one spare copy of every output, for what may be prepared, and for the largest body's temporaries. */
export const roomOf = (bodies: readonly Bound[], outputBytes: readonly number[]): number =>
  PAD + total(outputBytes) + Math.max(...bodies.map((b) => preparedBytes(b) + b.arenaBytes));

export function runRegion(device: Device, region: Region, { inputs, outputs }: Arrays, room: Buffer, player: Player): Work | undefined {
  const { node, sizes, bodies, inputBytes, outputBytes } = region;
  const arena = device.part(room, PAD + total(outputBytes));
  return (node.op.how as RegionHow<unknown>).run<Buffer>(
    {
      size: (dim) => bindDim(dim, sizes),
      flag: room,
      ask: (flag) => player.ask(flag),
      spare: (i) => device.part(room, PAD + total(outputBytes.slice(0, i)), outputBytes[i]),
      copy: (from, i) => device.copy(from, outputs[i], outputBytes[i]!),
      row(of, i, step, steps) {
        const bytes = (of === "inputs" ? inputBytes : outputBytes)[i]! / steps;
        return device.part((of === "inputs" ? inputs : outputs)[i], step * bytes, bytes);
      },
      *run(body, given, into) {
        const waiting = player.play(bodies[body]!, { inputs: given, outputs: into, arena });
        if (waiting) yield* waiting;
      },
      repeat(steps, given, into, fixed, move) {
        const body = bodies[0]!;
        const prepared: (Buffer | undefined)[] = [];
        const frame: Frame = { inputs: given, outputs: into, arena: device.part(arena, preparedBytes(body)), prepared };
        let offset = 0;
        for (const { input, bytes, make } of body.preparations) {
          const place = input >= fixed && steps > 1 ? device.part(arena, offset) : undefined;
          if (place !== undefined) make(frame, place);
          prepared.push(place);
          offset += padded(bytes);
        }
        return inTurn(0, Math.min(steps, player.most), (n) => {
          move(n);
          return player.play(body, frame);
        });
      },
    },
    inputs,
    outputs,
    node.attrs,
  );
}
