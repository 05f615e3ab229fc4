/** Functions that shaders call by name; those a text mentions are put before it. */
import { mathFunction } from "./functions.ts";

const sources: { readonly [name: string]: string } = {
  // Comparisons with NaN may be compiled away; its bits may not.
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  // NaN if either is, and −0 below 0.
  maxF: "fn maxF(a: f32, b: f32) -> f32 { if (isNan(a) || isNan(b)) { return a + b; } return max(a, b); }",
  minF: "fn minF(a: f32, b: f32) -> f32 { if (isNan(a) || isNan(b)) { return a + b; } return min(a, b); }",
  // Toward zero, NaN to 0, what is out of range to its nearest end.
  toI32: `fn toI32(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  if (x >= 2147483648f) { return 2147483647; }
  return i32(max(x, -2147483648f));
}`,
  toU32: `fn toU32(x: f32) -> u32 {
  if (isNan(x)) { return 0u; }
  if (x >= 4294967296f) { return 4294967295u; }
  return u32(max(x, 0f));
}`,
  // Quotients toward −∞; by zero they are zero, as on other backends.
  floorDivI: `fn floorDivI(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  let q = a / b;
  return select(q, q - 1, (a - q * b != 0) && ((a < 0) != (b < 0)));
}`,
  modI: "fn modI(a: i32, b: i32) -> i32 { if (b == 0) { return 0; } return a - floorDivI(a, b) * b; }",
  floorDivU: "fn floorDivU(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a / b; }",
  modU: "fn modU(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a % b; }",
  mulHi: `fn mulHi(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let middle = ah * bl + ((al * bl) >> 16u);
  let other = al * bh + (middle & 0xffffu);
  return ah * bh + (middle >> 16u) + (other >> 16u);
}`,
  brainToFloat: "fn brainToFloat(h: u32) -> f32 { return bitcast<f32>(h << 16u); }",
  halfToFloat: `fn halfToFloat(h: u32) -> f32 {
  let sign = (h & 0x8000u) << 16u;
  let exponent = (h >> 10u) & 31u;
  let fraction = h & 0x3ffu;
  if (exponent == 0u) { return bitcast<f32>(sign | bitcast<u32>(f32(fraction) * 5.9604644775390625e-8f)); }
  let wide = select(exponent + 112u, 255u, exponent == 31u);
  return bitcast<f32>(sign | (wide << 23u) | (fraction << 13u));
}`,
  // To the nearest, halves to even; subnormal results count in units of 2⁻²⁴.
  floatToHalf: `fn floatToHalf(x: f32) -> u32 {
  let word = bitcast<u32>(x);
  let sign = (word >> 16u) & 0x8000u;
  let a = word & 0x7fffffffu;
  if (a > 0x7f800000u) { return sign | 0x7e00u; }
  if (a >= 0x477ff000u) { return sign | 0x7c00u; }
  if (a < 0x38800000u) { return sign | u32(round(bitcast<f32>(a) * 16777216f)); }
  return sign | ((a - 0x38000000u + 0xfffu + ((a >> 13u) & 1u)) >> 13u);
}`,
  floatToBrain: `fn floatToBrain(x: f32) -> u32 {
  let word = bitcast<u32>(x);
  if (isNan(x)) { return (word >> 16u) | 0x40u; }
  return (word + 0x7fffu + ((word >> 16u) & 1u)) >> 16u;
}`,
};

const sourceOf = (name: string): string | undefined => sources[name] ?? mathFunction(name);

/** The functions a text calls, and those that they call. */
export function helpersFor(text: string): string {
  const wanted = new Set<string>();
  const look = (t: string): void => {
    for (const [name] of t.matchAll(/\b[a-z]\w+(?=\()/gi)) {
      const source = sourceOf(name);
      if (wanted.has(name) || source === undefined) continue;
      look(source.replace(`fn ${name}(`, ""));
      wanted.add(name);
    }
  };
  look(text);
  return [...wanted].map(sourceOf).join("\n");
}
