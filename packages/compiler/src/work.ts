/** Things done in order, the rest of them put off where one has to wait for numbers from the device. */
import { emit, listening, type Work } from "@antler/tensor-core";
import type { Buffer, Device } from "./kernel.ts";
import type { Bound, Frame } from "./program.ts";

/** Runs calls in order, stopping where one waits. */
export function* work(bound: Bound, frame: Frame): Work {
  const waiting = start(bound, frame);
  if (waiting) yield* waiting;
}
/** Runs calls in order; what is left when one has to wait is work for later. */
export function start({ calls }: Bound, frame: Frame): Work | undefined {
  return inTurn(0, calls.length, (i) => calls[i]!(frame));
}
/** Does some things in order; from the first on that has to wait, they are work for later. */
export function inTurn(from: number, count: number, act: (i: number) => Work | void): Work | undefined {
  for (let i = from; i < count; i++) {
    const waiting = act(i);
    if (waiting) return after(waiting, () => inTurn(i + 1, count, act));
  }
  return undefined;
}
function* after(first: Work, next: () => Work | undefined): Work {
  yield* first;
  const waiting = next();
  if (waiting) yield* waiting;
}

export function* bytesOf(device: Device, buffer: Buffer, bytes: number): Work<Uint8Array> {
  return device.readSync ? device.readSync(buffer, bytes) : yield device.read(buffer, bytes);
}
/** Whether a bool on the device is true, for the choices of an op. */
export function* ask(device: Device, op: string, flag: Buffer): Work<boolean> {
  emitHost(device, op);
  // Not by way of `bytesOf`: loops ask at every step.
  return (device.readSync ? device.readSync(flag, 1) : yield device.read(flag, 1))[0] !== 0;
}
export const emitHost = (device: Device, op: string): void => {
  if (listening()) emit({ kind: "host", backend: device.name, op });
};
