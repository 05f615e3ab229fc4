/** Rows copied within a device's memory. */
import type { Buffer, Device } from "./kernel.ts";

/** Copies rows of so many bytes, one behind the other; those that are neighbours go together. */
export function copyRows(device: Device, from: Buffer, to: Buffer, rows: Int32Array, bytes: number): void {
  for (let i = 0, end = 0; i < rows.length; i = end) {
    for (end = i + 1; end < rows.length && rows[end] === rows[end - 1]! + 1; ) end++;
    const length = (end - i) * bytes;
    device.copy(device.part(from, rows[i]! * bytes, length), device.part(to, i * bytes, length), length);
  }
}
