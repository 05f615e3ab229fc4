// The instructions without special immediates, as methods of the function builder.

/**
 * A line is a value type and names of its instructions in the order of their opcodes: a number is the opcode of
 * the name behind it, each further name has the next one. The methods' types are read from these lines too, so an
 * instruction that no kernel has needed yet is a type error; the specification has the number to add here.
 */
const opcodes = [
  "i32 0x28 Load 0x2c Load8S Load8U Load16S Load16U 0x36 Store 0x45 Eqz Eq Ne LtS LtU GtS GtU LeS LeU GeS GeU",
  "i32 0x6a Add Sub Mul DivS DivU RemS RemU And Or Xor Shl ShrS ShrU",
  "i32 0xa7 WrapI64",
  "i64 0x29 Load 0x52 Ne 0x7c Add 0x84 Or 0x86 Shl 0x88 ShrU",
  "f32 0x2a Load 0x38 Store 0x92 Add Sub Mul Div 0xb2 ConvertI32S ConvertI32U",
  "f64 0xb9 ConvertI64S",
  "v128 0x00 Load Load8x8S Load8x8U Load16x4S Load16x4U 0x08 Load16Splat Load32Splat Load64Splat Store 0x56 Load32Lane",
  "v128 0x58 Store8Lane Store16Lane Store32Lane Store64Lane Load32Zero Load64Zero",
  "v128 0x4d Not And Andnot Or Xor Bitselect AnyTrue",
  "i16x8 0x87 ExtendLowI8x16S 0x89 ExtendLowI8x16U",
  "i32x4 0x11 Splat 0x1b ExtractLane ReplaceLane 0x37 Eq Ne LtS LtU GtS GtU LeS LeU GeS GeU",
  "i32x4 0xa0 Abs Neg 0xa3 AllTrue Bitmask 0xa7 ExtendLowI16x8S 0xa9 ExtendLowI16x8U 0xab Shl ShrS ShrU Add 0xb1 Sub",
  "i32x4 0xb5 Mul MinS MinU MaxS MaxU 0xf8 TruncSatF32x4S TruncSatF32x4U 0xfc TruncSatF64x2SZero TruncSatF64x2UZero",
  "i64x2 0x1d ExtractLane ReplaceLane 0xc0 Abs Neg 0xc7 ExtendLowI32x4S 0xc9 ExtendLowI32x4U 0xcb Shl ShrS ShrU Add 0xd1 Sub 0xd5 Mul",
  "i64x2 0xd6 Eq Ne LtS GtS LeS GeS 0xde ExtmulLowI32x4U ExtmulHighI32x4U",
  "f32x4 0x13 Splat 0x1f ExtractLane ReplaceLane 0x41 Eq Ne Lt Gt Le Ge 0x67 Ceil Floor Trunc Nearest 0xe0 Abs Neg 0xe3 Sqrt",
  "f32x4 0xe4 Add Sub Mul Div Min Max Pmin Pmax 0xfa ConvertI32x4S ConvertI32x4U 0x105 RelaxedMadd RelaxedNmadd",
  "f32x4 0x5e DemoteF64x2Zero",
  "f64x2 0x21 ExtractLane ReplaceLane 0x47 Eq Ne Lt Gt Le Ge 0x5f PromoteLowF32x4 0x74 Ceil Floor 0x7a Trunc 0x94 Nearest",
  "f64x2 0xec Abs Neg 0xef Sqrt Add Sub Mul Div 0xf6 Pmin Pmax 0xfe ConvertLowI32x4S ConvertLowI32x4U 0x107 RelaxedMadd RelaxedNmadd",
] as const;

type Words<Text, Found = never> = Text extends `${infer Word} ${infer Rest}` ? Words<Rest, Found | Word> : Found | Text;
type NamesOf<Line> = Line extends `${infer Type} ${infer Rest}` ? `${Type}${Exclude<Words<Rest>, `${number}`> & string}` : never;

/** `f32x4Add`, `v128Load`, …: the specification's names in camelCase. */
export type InstructionName = NamesOf<(typeof opcodes)[number]>;

/** All take their operands from the stack; `offset` is a constant number of bytes added to the address, `lane` counts from 0. */
export type Instructions<Self> = {
  readonly [Name in InstructionName]: Name extends `${string}${"Load" | "Store"}${number}Lane`
    ? (lane: number, offset?: number) => Self
    : Name extends `${string}${"Load" | "Store"}${string}`
      ? (offset?: number) => Self
      : Name extends `${string}Lane`
        ? (lane: number) => Self
        : () => Self;
};

/** What the methods are made of: a way to write an opcode, behind its prefix if there is one, and its immediates. */
export interface InstructionSink {
  emit(prefix: 0 | 0xfc | 0xfd | 0xfe, opcode: number, ...immediates: number[]): this;
}

/**
 * Gives the class of a prototype a method for every instruction. They become the prototype's own prototype: adding so many to
 * one that is in use would take an engine milliseconds, at every start.
 */
export function installInstructions(prototype: InstructionSink): void {
  const methods: Record<string, unknown> = {};
  for (const line of opcodes) {
    const [type, ...words] = line.split(" ");
    const prefix = /x|v/.test(type as string) ? 0xfd : 0;
    let next = 0;
    for (const word of words) {
      if (Number(word) >= 0) {
        next = Number(word);
        continue;
      }
      const opcode = next++;
      const touchesMemory = /Load|Store/.test(word);
      const hasLane = word.endsWith("Lane");
      methods[type + word] = function (this: InstructionSink, first = 0, second = 0) {
        // The first immediate of memory instructions is an alignment to promise; no engine makes use of it.
        if (touchesMemory && hasLane) return this.emit(prefix, opcode, 0, second, first);
        if (touchesMemory) return this.emit(prefix, opcode, 0, first);
        return hasLane ? this.emit(prefix, opcode, first) : this.emit(prefix, opcode);
      };
    }
  }
  Object.setPrototypeOf(prototype, methods);
}
