/** CRC-32 as zip archives have it (ISO 3309, reflected 0x04c11db7), two words at a time. */

let table: Int32Array | undefined;

/** Eight tables of 256: the k-th says what a byte does to the checksum with k more bytes behind it. */
function makeTable(): Int32Array {
  const all = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    all[byte] = crc;
  }
  for (let i = 256; i < all.length; i++) all[i] = (all[i - 256]! >>> 8) ^ all[all[i - 256]! & 255]!;
  return all;
}

/** The checksum, 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  const t = (table ??= makeTable());
  const step = (crc: number, from: number, to: number): number => {
    for (let i = from; i < to; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 255]!;
    return crc;
  };
  // Words lie at multiples of 4; what is before and behind them goes byte by byte.
  const start = (4 - (bytes.byteOffset & 3)) & 3;
  if (bytes.length < start + 8) return ~step(-1, 0, bytes.length) >>> 0;
  const pairs = (bytes.length - start) >> 3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, 2 * pairs);
  let crc = step(-1, 0, start);
  for (let i = 0; i < words.length; i += 2) {
    const low = crc ^ words[i]!;
    const high = words[i + 1]!;
    crc =
      t[0x700 + (low & 255)]! ^
      t[0x600 + ((low >>> 8) & 255)]! ^
      t[0x500 + ((low >>> 16) & 255)]! ^
      t[0x400 + (low >>> 24)]! ^
      t[0x300 + (high & 255)]! ^
      t[0x200 + ((high >>> 8) & 255)]! ^
      t[0x100 + ((high >>> 16) & 255)]! ^
      t[high >>> 24]!;
  }
  return ~step(crc, start + 8 * pairs, bytes.length) >>> 0;
}
