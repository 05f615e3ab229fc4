/** Fill values: what the elements are that nobody has written. */
import { allocate, type ErrorOf } from "../bytes.ts";
import { find, MESSAGE, type Message } from "./header.ts";

/** The bytes of an element that was never written; `undefined` for zeros. */
export function readFill(messages: readonly Message[], error: ErrorOf): Uint8Array | undefined {
  const fill = find(messages, MESSAGE.fill);
  if (fill === undefined) return undefined;
  const version = fill.u8();
  if (version !== 2 && version !== 3) throw error(`it has a fill value of version ${version}`);
  const defined = version === 2 ? fill.part(3).bytes[2] !== 0 : (fill.u8() & 0x20) !== 0;
  return defined ? nonZero(fill.take(fill.u32())) : undefined;
}
const nonZero = (bytes: Uint8Array): Uint8Array | undefined => (bytes.some((byte) => byte !== 0) ? bytes : undefined);

/** As many bytes as asked for, of elements that were never written. */
export function filled(size: number, fill: Uint8Array | undefined, error: ErrorOf): Uint8Array<ArrayBuffer> {
  const bytes = allocate(size, error);
  if (fill === undefined) return bytes;
  bytes.set(fill.subarray(0, size));
  // Twice as much each time: what is done is copied behind itself.
  for (let done = fill.length; done < size; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}
