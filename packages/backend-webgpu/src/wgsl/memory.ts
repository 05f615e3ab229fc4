/** How elements of every dtype are read from, and written to, buffers of words. */
import type { DType } from "@antler/tensor-core";
import { bytesOf, type Type, typeOf } from "./text.ts";

/** An array that a shader reads or writes. */
export interface Slot {
  readonly dtype: DType;
  readonly access: "read" | "write";
  /** Whether elements narrower than 32 bits are written by several invocations at once, or added to by many. */
  readonly atomic?: boolean | undefined;
  /** Whether it is reached four neighbours at a time, by `vec4`, and written in no other way; those begin at multiples of four. */
  readonly wide?: boolean | undefined;
}

/** How the body of a shader reaches its arrays and parameters: texts to put into it. */
export interface Reach {
  /** The element of a slot at an i32. */
  load(slot: number, index: string): string;
  /** A statement. */
  store(slot: number, index: string, value: string): string;
  /** The four elements of 32 bits from an i32 on, which is a multiple of four. */
  load4(slot: number, index: string): string;
  store4(slot: number, index: string, value: string): string;
  /** The bits of an element narrower than a word, as u32. */
  bits(slot: number, value: string): string;
  /** Writes the whole word that an element narrower than a word lies in. */
  pack(slot: number, index: string, word: string): string;
  /** Adds to an element of an atomic slot of 32 bits. */
  add(slot: number, index: string, value: string): string;
  /** Makes an element of an atomic uint32 slot at least so large. */
  raise(slot: number, index: string, value: string): string;
  /** Writes words to the beginning of an atomic slot, unless some were written before. */
  note(slot: number, words: readonly string[]): string;
  /** A parameter, as i32. */
  param(k: number): string;
}

/** A buffer, or the part of one, that a shader is given. */
export interface Binding {
  readonly writes: boolean;
  readonly atomic: boolean;
  /** Whether it is an array of vectors of four words; single words of it are only read. */
  readonly wide: boolean;
  /** One too large to be bound at once is bound in pieces of so many words. */
  readonly pieces: number;
  readonly pieceWords: number;
}

interface Accessors {
  readonly declarations: readonly string[];
  readonly reach: Omit<Reach, "param">;
  /** The functions that a text calls. */
  functionsFor(text: string): string;
}

export function accessors(
  slots: readonly Slot[],
  bindings: readonly Binding[],
  bindingOf: readonly number[],
  offset: (slot: number) => string,
): Accessors {
  const declarations: string[] = [];
  const functions = new Map<string, string>();
  let at = 1;
  bindings.forEach((b, k) => {
    const element = b.atomic ? "atomic<u32>" : b.wide ? "vec4u" : "u32";
    for (let p = 0; p < b.pieces; p++) {
      const access = b.writes || b.atomic ? "read_write" : "read";
      declarations.push(`@group(0) @binding(${at++}) var<storage, ${access}> m${k}_${p}: array<${element}>;`);
    }
    for (const [name, text] of wordFunctions(b, k)) functions.set(name, text);
  });
  slots.forEach((slot, s) => {
    for (const [name, text] of slotFunctions(slot, s, bindings[bindingOf[s]!]!, bindingOf[s]!, offset(s))) functions.set(name, text);
  });
  const reach: Accessors["reach"] = {
    load: (s, index) => `load${s}(${index})`,
    store: (s, index, value) => `store${s}(${index}, ${value});`,
    load4: (s, index) => `fetch${s}(${index})`,
    store4: (s, index, value) => `put${s}(${index}, ${value});`,
    bits: (s, value) => `bits${s}(${value})`,
    pack: (s, index, word) => `pack${s}(${index}, ${word});`,
    add: (s, index, value) => `add${s}(${index}, ${value});`,
    raise: (s, index, value) => `raise${s}(${index}, ${value});`,
    note: (s, [first, ...rest]) =>
      `if (exchange${bindingOf[s]}(${offset(s)}, 0u, ${first})) { ${rest.map((w, n) => `setWord${bindingOf[s]}(${offset(s)} + ${n + 1}u, ${w});`).join(" ")} }`,
  };
  return { declarations, reach, functionsFor: (text) => mentioned(functions, text) };
}

function mentioned(functions: ReadonlyMap<string, string>, text: string): string {
  const wanted = new Set<string>();
  const look = (t: string): void => {
    for (const [name] of t.matchAll(/\b\w+(?=\()/g)) {
      const source = functions.get(name);
      if (source === undefined || wanted.has(name)) continue;
      look(source.slice(source.indexOf("{")));
      wanted.add(name);
    }
  };
  look(text);
  return [...wanted].map((name) => functions.get(name)).join("\n");
}

/** Words of a binding by number, whichever piece they lie in. */
function wordFunctions(b: Binding, k: number): [string, string][] {
  const inPieces = (act: (array: string, at: string) => string): string => {
    const lines: string[] = [];
    for (let p = 0; p < b.pieces - 1; p++) {
      lines.push(`if (w < ${(p + 1) * b.pieceWords}u) { ${act(`m${k}_${p}`, `w - ${p * b.pieceWords}u`)} }`);
    }
    const last = b.pieces - 1;
    lines.push(act(`m${k}_${last}`, last === 0 ? "w" : `w - ${last * b.pieceWords}u`));
    return lines.join(" ");
  };
  const read = (array: string, at: string): string => (b.atomic ? `return atomicLoad(&${array}[${at}]);` : `return ${array}[${at}];`);
  const write = (array: string, at: string): string =>
    b.atomic ? `atomicStore(&${array}[${at}], value); return;` : `${array}[${at}] = value; return;`;
  if (b.wide) {
    const vector = (act: string) => (array: string, at: string) => act.replace("$", `${array}[(${at}) / 4u]`);
    return [
      [`word${k}`, `fn word${k}(w: u32) -> u32 { ${inPieces((array, at) => `return ${array}[(${at}) / 4u][w % 4u];`)} }`],
      [`words${k}`, `fn words${k}(w: u32) -> vec4u { ${inPieces(vector("return $;"))} }`],
      [`setWords${k}`, `fn setWords${k}(w: u32, value: vec4u) { ${inPieces(vector("$ = value; return;"))} }`],
    ];
  }
  const four = [0, 1, 2, 3];
  return [
    [`word${k}`, `fn word${k}(w: u32) -> u32 { ${inPieces(read)} }`],
    [`setWord${k}`, `fn setWord${k}(w: u32, value: u32) { ${inPieces(write)} }`],
    [`words${k}`, `fn words${k}(w: u32) -> vec4u { return vec4u(${four.map((n) => `word${k}(w + ${n}u)`).join(", ")}); }`],
    [
      `setWords${k}`,
      `fn setWords${k}(w: u32, value: vec4u) { ${four.map((n) => `setWord${k}(w + ${n}u, value.${"xyzw"[n]});`).join(" ")} }`,
    ],
    ...(b.atomic ? atomicFunctions(k, inPieces) : []),
  ];
}
function atomicFunctions(k: number, inPieces: (act: (array: string, at: string) => string) => string): [string, string][] {
  const place = inPieces((array, at) => `atomicAnd(&${array}[${at}], keep); atomicOr(&${array}[${at}], bits); return;`);
  const exchange = inPieces((array, at) => `return atomicCompareExchangeWeak(&${array}[${at}], old, value).exchanged;`);
  const raise = inPieces((array, at) => `atomicMax(&${array}[${at}], value); return;`);
  const sum = inPieces((array, at) => `atomicAdd(&${array}[${at}], value); return;`);
  return [
    [`placeBits${k}`, `fn placeBits${k}(w: u32, keep: u32, bits: u32) { ${place} }`],
    [`exchange${k}`, `fn exchange${k}(w: u32, old: u32, value: u32) -> bool { ${exchange} }`],
    [`raiseWord${k}`, `fn raiseWord${k}(w: u32, value: u32) { ${raise} }`],
    [`addWord${k}`, `fn addWord${k}(w: u32, value: u32) { ${sum} }`],
  ];
}

/** Elements of a slot by number. */
function slotFunctions({ dtype }: Slot, s: number, b: Binding, k: number, offset: string): [string, string][] {
  const type = typeOf(dtype);
  const bytes = bytesOf(dtype);
  if (bytes === 4) {
    const out: [string, string][] = [
      [`fetch${s}`, `fn fetch${s}(i: i32) -> vec4<${type}> { return bitcast<vec4<${type}>>(words${k}(u32(i) + ${offset})); }`],
      [`put${s}`, `fn put${s}(i: i32, value: vec4<${type}>) { setWords${k}(u32(i) + ${offset}, bitcast<vec4u>(value)); }`],
    ];
    out.push(
      [`load${s}`, `fn load${s}(i: i32) -> ${type} { return ${from32(type, `word${k}(u32(i) + ${offset})`)}; }`],
      [`store${s}`, `fn store${s}(i: i32, value: ${type}) { setWord${k}(u32(i) + ${offset}, ${to32(type, "value")}); }`],
    );
    if (b.atomic) {
      const raise = `raiseWord${k}(u32(i) + ${offset}, value);`;
      out.push([`add${s}`, addFunction(type, s, k, offset)], [`raise${s}`, `fn raise${s}(i: i32, value: u32) { ${raise} }`]);
    }
    return out;
  }
  const per = 4 / bytes;
  const shift = `(e % ${per}u) * ${8 * bytes}u`;
  const mask = 2 ** (8 * bytes) - 1;
  const place = `let e = u32(i) + ${offset}; let shift = ${shift};`;
  const bits = `((word${k}(e / ${per}u) >> shift) & ${mask}u)`;
  return [
    [`load${s}`, `fn load${s}(i: i32) -> ${type} { ${place} return ${narrowFrom(dtype, type, bits)}; }`],
    [
      `store${s}`,
      `fn store${s}(i: i32, value: ${type}) { ${place} placeBits${k}(e / ${per}u, ~(${mask}u << shift), bits${s}(value) << shift); }`,
    ],
    [`bits${s}`, `fn bits${s}(value: ${type}) -> u32 { return ${to32(type, "value")} & ${mask}u; }`],
    // Whole words of several elements, where an invocation has them all.
    [`pack${s}`, `fn pack${s}(i: i32, value: u32) { let e = u32(i) + ${offset}; setWord${k}(e / ${per}u, value); }`],
  ];
}

const from32 = (type: Type, word: string): string =>
  type === "u32" ? word : type === "bool" ? `(${word} != 0u)` : `bitcast<${type}>(${word})`;
const to32 = (type: Type, value: string): string =>
  type === "u32" ? value : type === "bool" ? `select(0u, 1u, ${value})` : `bitcast<u32>(${value})`;
function narrowFrom(dtype: DType, type: Type, bits: string): string {
  if (type !== "i32") return from32(type, bits);
  const up = 32 - 8 * bytesOf(dtype);
  return `(bitcast<i32>(${bits} << ${up}u) >> ${up}u)`;
}
/** Sums of float32 by exchange, until nobody came between; others have an instruction. */
function addFunction(type: Type, s: number, k: number, offset: string): string {
  if (type !== "f32") return `fn add${s}(i: i32, value: ${type}) { addWord${k}(u32(i) + ${offset}, ${to32(type, "value")}); }`;
  return `fn add${s}(i: i32, value: f32) {
  let w = u32(i) + ${offset};
  loop {
    let old = word${k}(w);
    if (exchange${k}(w, old, bitcast<u32>(bitcast<f32>(old) + value))) { break; }
  }
}`;
}
