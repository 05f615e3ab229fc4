// Damage: seeded, so that each failure comes again.

/** A generator of numbers from 0 to below `n`; the same seed gives the same numbers (mulberry32). */
export function randomInts(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** Sizes and places where programs break. */
const telling = [0n, 1n, 8n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** A damaged copy: bits flipped, numbers replaced or moved by a little, parts copied elsewhere, or an end cut off. */
export function damaged(bytes: Uint8Array, random: (n: number) => number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let change = random(4); change >= 0; change--) {
    const kind = random(6);
    const at = random(copy.length - 8);
    const word = at - (at % 8);
    if (kind <= 1) copy[at]! ^= 1 << random(8);
    else if (kind === 2) view.setBigUint64(word, telling[random(telling.length)]!, true);
    else if (kind === 3) view.setUint16(at, [0, 1, 0xffff, 0x8000, 2, 16][random(6)]!, true);
    else if (kind === 4) view.setBigUint64(word, view.getBigUint64(random(copy.length - 8) & ~7, true), true);
    else copy.copyWithin(at, random(copy.length), random(copy.length));
  }
  return random(10) === 0 ? copy.slice(0, random(copy.length)) : copy;
}
