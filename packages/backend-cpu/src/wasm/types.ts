// Value types, function signatures and locals, shared by the builders of functions and modules.

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A parameter or local variable of one function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A function the host provides, to be named in `call`; the module imports whatever is called. */
export interface ImportedFunction extends Signature {
  readonly module: string;
  readonly name: string;
}

const typeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** The byte that stands for a type in the binary format. */
export function typeCode(type: ValueType): number {
  return typeCodes[type];
}
