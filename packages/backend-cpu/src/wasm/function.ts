// The builder of one WebAssembly function.
//
// Instructions are methods named as in the specification, in camelCase; they write code in the order in
// which they are called, and each returns the builder, so that an expression reads as it runs:
//
//   const f = new FunctionBuilder({ relaxed: true });
//   const [x, y, end] = f.parametersOf("i32", 3);     // addresses
//   const sum = f.local("v128");
//   f.whileBelow(x, end, () => {
//     f.get(x).v128Load().get(y).v128Load().f32x4Add().set(sum);
//     f.get(y).get(sum).v128Store();
//     f.increase(x, 16).increase(y, 16);
//   });
//
// - Values: `get` pushes a local, `set` pops into it, `tee` does both; `i32(5)`, `f32(0.5)`,
//   `f32x4(1)` push constants. `f32x4Constant(1)` is a local that holds the constant from the start of
//   the function: use it in loops, since a vector constant inside a loop is rebuilt at each use.
// - `locals("v128", 6, 2)` declares a family of locals: `acc(i, j)` names one of them.
// - Blocks are closures: `block((exit) => …)`, `loop((again) => …)`, `if(then, otherwise)`; `branch(exit)`
//   and `branchIf(exit)` leave a block or repeat a loop from any depth inside it.
// - `call(other)` takes the other builder; the module finds its number.
// - `f32x4MultiplyAdd(a, b, c)` is a·b + c: one instruction where `relaxed` says so, else two.
//
// Nothing is checked here beyond what the types say: `assembleModule` is followed by the engine's own
// validation, whose message names the offending byte.

import { ByteSink } from "./encode.ts";
import { type InstructionSink, type Instructions, installInstructions } from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** The byte that stands for a type. */
const typeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** The number of the type that functions in tables have: one int32 parameter, no results. */
const slotType = 0;
/** That type, as it stands in the type section. */
export const slotSignature: readonly number[] = [0x60, 1, typeCodes.i32, 0];

/** A parameter or local variable of one function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** An operand of a helper: a local, code that pushes one value, or the value of an i32 constant. */
export type Operand = Local | (() => unknown) | number;

/** A place that `branch` can go to: the end of a block or the start of a loop, by its depth of nesting. */
export type Label = number & { readonly isLabel: true };

/** So many locals. */
export type LocalList<Count extends number, List extends readonly Local[] = []> = List["length"] extends Count
  ? List
  : LocalList<Count, readonly [...List, Local]>;

/** One local for each of the types. */
export type LocalsFor<Types extends readonly ValueType[]> = { readonly [Index in keyof Types]: Local };

export interface FunctionOptions {
  readonly results?: readonly ValueType[];
  /** Whether multiply-add may be the fused relaxed-SIMD instruction. Default: false. */
  readonly relaxed?: boolean;
}

/** The methods made from the lines of `opcodes.ts`. */
export interface FunctionBuilder extends Instructions<FunctionBuilder> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `installInstructions` below adds every method of the interface.
export class FunctionBuilder implements InstructionSink {
  readonly relaxed: boolean;
  readonly code: ByteSink = new ByteSink();
  /** Where in the code the number of a called function is missing. */
  readonly calls: { readonly offset: number; readonly target: FunctionBuilder }[] = [];
  #depth = 0;
  readonly #results: readonly ValueType[];
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];
  readonly #constants: Map<string, { readonly bytes: Uint8Array; readonly local: Local }> = new Map();

  constructor({ relaxed = false, results = [] }: FunctionOptions = {}) {
    this.relaxed = relaxed;
    this.#results = results;
  }

  /** Declares all parameters, once and before any local. */
  parameters<const Types extends readonly ValueType[]>(...types: Types): LocalsFor<Types> {
    this.#parameters.push(...types);
    return types.map((type, index) => ({ index, type })) as LocalsFor<Types>;
  }

  /** Declares all parameters where all have one type. */
  parametersOf<const Count extends number>(type: ValueType, count: Count): LocalList<Count> {
    return this.parameters(...new Array<ValueType>(count).fill(type)) as readonly Local[] as LocalList<Count>;
  }

  get parameterTypes(): readonly ValueType[] {
    return this.#parameters;
  }

  /** A new local variable; it starts as zero. */
  local(type: ValueType): Local {
    return { index: this.#parameters.length + this.#locals.push(type) - 1, type };
  }

  /** Several new locals of one type. */
  localsOf<const Count extends number>(type: ValueType, count: Count): LocalList<Count> {
    return Array.from({ length: count }, () => this.local(type)) as readonly Local[] as LocalList<Count>;
  }

  /** A family of locals with one or more indices, as a function from indices to the local. */
  locals(type: ValueType, ...extents: number[]): (...indices: number[]) => Local {
    const family: readonly Local[] = this.localsOf(
      type,
      extents.reduce((product, extent) => product * extent),
    );
    return (...indices) => family[indices.reduce((position, index, axis) => position * (extents[axis] as number) + index)] as Local;
  }

  /** A local that holds four times `value` from the start of the function. */
  f32x4Constant(value: number): Local {
    return this.constant(new Float32Array(4).fill(value));
  }

  i32x4Constant(value: number): Local {
    return this.constant(new Int32Array(4).fill(value));
  }

  /** A local that holds these 16 bytes from the start of the function. */
  constant(values: ArrayBufferView): Local {
    const bytes = bytesOf(values);
    const key = bytes.join();
    let constant = this.#constants.get(key);
    if (constant === undefined) {
      constant = { bytes, local: this.local("v128") };
      this.#constants.set(key, constant);
    }
    return constant.local;
  }

  /** Writes an opcode, behind its prefix if that is not 0, then immediates as unsigned numbers. */
  emit(prefix: 0 | 0xfc | 0xfd | 0xfe, opcode: number, ...immediates: number[]): this {
    if (prefix === 0) this.code.byte(opcode);
    else this.code.byte(prefix).unsigned(opcode);
    for (let i = 0; i < immediates.length; i++) this.code.unsigned(immediates[i] as number);
    return this;
  }

  get({ index }: Local): this {
    return this.emit(0, 0x20, index);
  }

  set({ index }: Local): this {
    return this.emit(0, 0x21, index);
  }

  tee({ index }: Local): this {
    return this.emit(0, 0x22, index);
  }

  i32(value: number): this {
    this.code.byte(0x41).signed(value);
    return this;
  }

  /** An int64 that 32 bits hold. */
  i64(value: number): this {
    this.code.byte(0x42).signed(value);
    return this;
  }

  f32(value: number): this {
    this.code.byte(0x43).bytes(bytesOf(Float32Array.of(value)));
    return this;
  }

  v128(bytes: ArrayLike<number>): this {
    this.emit(0xfd, 0x0c).code.bytes(bytes);
    return this;
  }

  f32x4(value: number): this {
    return this.v128(bytesOf(new Float32Array(4).fill(value)));
  }

  i32x4(value: number): this {
    return this.v128(bytesOf(new Int32Array(4).fill(value)));
  }

  /** Picks 16 bytes: 0–15 are those of the first operand, 16–31 those of the second. */
  i8x16Shuffle(...bytes: number[]): this {
    return this.emit(0xfd, 0x0d, ...bytes);
  }

  /** Picks four 32-bit lanes: 0–3 are those of the first operand, 4–7 those of the second. */
  i32x4Shuffle(...lanes: [number, number, number, number]): this {
    return this.i8x16Shuffle(...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
  }

  /** Pops condition, second and first value; leaves the first where the condition is not 0. */
  select(): this {
    return this.emit(0, 0x1b);
  }

  /** Pops a value and forgets it. */
  drop(): this {
    return this.emit(0, 0x1a);
  }

  /** Pops byte count, source and destination. */
  memoryCopy(): this {
    return this.emit(0xfc, 0x0a, 0, 0);
  }

  /** Pops byte count, byte value and destination. */
  memoryFill(): this {
    return this.emit(0xfc, 0x0b, 0);
  }

  /** Pushes the value of an operand. */
  push(operand: Operand): this {
    if (typeof operand === "number") this.i32(operand);
    else if (typeof operand === "function") operand();
    else this.get(operand);
    return this;
  }

  /** a·b + c on float32 lanes. */
  f32x4MultiplyAdd(a: Operand, b: Operand, c: Operand): FunctionBuilder {
    this.push(a).push(b);
    return this.relaxed ? this.push(c).f32x4RelaxedMadd() : this.f32x4Mul().push(c).f32x4Add();
  }

  /** c − a·b on float32 lanes. */
  f32x4NegativeMultiplyAdd(a: Operand, b: Operand, c: Operand): FunctionBuilder {
    if (this.relaxed) return this.push(a).push(b).push(c).f32x4RelaxedNmadd();
    return this.push(c).push(a).push(b).f32x4Mul().f32x4Sub();
  }

  /** Calls another function of the module. */
  call(target: FunctionBuilder): this {
    this.calls.push({ offset: this.code.byte(0x10).length, target });
    return this;
  }

  /** Pops a slot of the table and, below it, the one int32 parameter of the function there; calls it. */
  callSlot(): this {
    return this.emit(0, 0x11, slotType, 0);
  }

  /** Pushes the arguments and calls. */
  callWith(target: FunctionBuilder, ...values: readonly Operand[]): this {
    for (const value of values) this.push(value);
    return this.call(target);
  }

  /** Adds to an i32 local. */
  increase(local: Local, amount: Operand): FunctionBuilder {
    return this.get(local).push(amount).i32Add().set(local);
  }

  /** Code that `branch` can leave; with a result type it leaves one value on the stack. */
  block(body: (exit: Label) => unknown, result?: ValueType): this {
    return this.#nested(0x02, body, result);
  }

  /** Code that `branch` can repeat; without a branch it runs once. */
  loop(body: (again: Label) => unknown, result?: ValueType): this {
    return this.#nested(0x03, body, result);
  }

  /** Pops a condition and runs one of two pieces of code. */
  if(then: (exit: Label) => unknown, otherwise?: (exit: Label) => unknown, result?: ValueType): this {
    const both = (exit: Label): void => {
      then(exit);
      if (otherwise === undefined) return;
      this.emit(0, 0x05);
      otherwise(exit);
    };
    return this.#nested(0x04, both, result);
  }

  branch(label: Label): this {
    return this.emit(0, 0x0c, this.#depth - label);
  }

  branchIf(label: Label): this {
    return this.emit(0, 0x0d, this.#depth - label);
  }

  /** Runs the body while the condition holds. The test is repeated at the bottom: one jump per round. */
  while(condition: () => unknown, body: () => unknown): this {
    return this.push(condition).if(() => {
      this.loop((again) => {
        body();
        this.push(condition).branchIf(again);
      });
    });
  }

  /** Runs the body while `counter < end` (unsigned); the body must increase the counter. */
  whileBelow(counter: Local, end: Operand, body: () => unknown): this {
    return this.while(() => this.get(counter).push(end).i32LtU(), body);
  }

  /** Runs the body while the count (unsigned) is at least `step`, taking `step` off it each time; the rest remains. */
  repeat(count: Local, body: () => unknown, step = 1): this {
    return this.while(
      () => (step === 1 ? this.get(count) : this.get(count).push(step).i32GeU()),
      () => {
        body();
        this.increase(count, -step);
      },
    );
  }

  /** The function's type as it stands in the type section. */
  signature(): ByteSink {
    const codes = (types: readonly ValueType[]): number[] => types.map((type) => typeCodes[type]);
    return new ByteSink().byte(0x60).sized(codes(this.#parameters)).sized(codes(this.#results));
  }

  /** The function as it stands in the code section, calls resolved to function numbers. */
  body(numberOf: (target: FunctionBuilder) => number): ByteSink {
    const body = new ByteSink().unsigned(this.#locals.length);
    for (const type of this.#locals) body.byte(1).byte(typeCodes[type]);
    for (const { bytes, local } of this.#constants.values()) {
      body.byte(0xfd).byte(0x0c).bytes(bytes).byte(0x21).unsigned(local.index);
    }
    let start = 0;
    for (const { offset, target } of this.calls) {
      body.bytes(this.code.view(start, offset)).unsigned(numberOf(target));
      start = offset;
    }
    return body.bytes(this.code.view(start)).byte(0x0b);
  }

  #nested(opcode: number, body: (label: Label) => unknown, result?: ValueType): this {
    this.code.byte(opcode).byte(result === undefined ? 0x40 : typeCodes[result]);
    this.#depth += 1;
    body(this.#depth as Label);
    this.#depth -= 1;
    return this.emit(0, 0x0b);
  }
}

/** The bytes of a typed array: the immediate of a constant. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

installInstructions(FunctionBuilder.prototype);
