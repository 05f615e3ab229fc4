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
// - `call(other)` takes the other builder (or an imported function); the module finds its number.
// - `f32x4MultiplyAdd(a, b, c)` is a·b + c: one instruction where `relaxed` says so, else two.
//
// Nothing is checked here beyond what the types say: `assembleModule` is followed by the engine's own
// validation, whose message names the offending byte.

import { bytesOf, type CallSite, Emitter } from "./emitter.ts";
import { ByteSink, paddedUnsigned } from "./encode.ts";
import { installInstructions, type TableInstructions } from "./instructions.ts";
import { type Local, type Signature, typeCode, type ValueType } from "./types.ts";

/** An operand of a helper: a local, or code that pushes one value. */
export type Operand = Local | (() => unknown);

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

/** The methods made from the opcode tables, see `instructions.ts`. */
export interface FunctionBuilder extends TableInstructions<FunctionBuilder> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `installInstructions` below adds every method of the interface.
export class FunctionBuilder extends Emitter {
  readonly relaxed: boolean;
  readonly #results: readonly ValueType[];
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];
  readonly #constants: Map<string, { readonly bytes: Uint8Array; readonly local: Local }> = new Map();

  constructor(options: FunctionOptions = {}) {
    super();
    this.relaxed = options.relaxed ?? false;
    this.#results = options.results ?? [];
  }

  get signature(): Signature {
    return { parameters: this.#parameters, results: this.#results };
  }

  /** Declares all parameters, once and before any local. */
  parameters<const Types extends readonly ValueType[]>(...types: Types): LocalsFor<Types> {
    if (this.#parameters.length + this.#locals.length > 0) {
      throw new Error("parameters are declared once, before the locals");
    }
    this.#parameters.push(...types);
    return types.map((type, index) => ({ index, type })) as LocalsFor<Types>;
  }

  /** Declares all parameters where all have one type. */
  parametersOf<const Count extends number>(type: ValueType, count: Count): LocalList<Count> {
    const types = new Array<ValueType>(count).fill(type);
    return this.parameters(...types) as readonly Local[] as LocalList<Count>;
  }

  /** A new local variable; it starts as zero. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return { index: this.#parameters.length + this.#locals.length - 1, type };
  }

  /** Several new locals of one type. */
  localsOf<const Count extends number>(type: ValueType, count: Count): LocalList<Count> {
    return Array.from({ length: count }, () => this.local(type)) as readonly Local[] as LocalList<Count>;
  }

  /** A family of locals with one or more indices, as a function from indices to the local. */
  locals(type: ValueType, ...extents: number[]): (...indices: number[]) => Local {
    const count = extents.reduce((product, extent) => product * extent, 1);
    const family = Array.from({ length: count }, () => this.local(type));
    return (...indices) => {
      let position = 0;
      for (let axis = 0; axis < extents.length; axis += 1) position = position * (extents[axis] ?? 1) + (indices[axis] ?? Number.NaN);
      const member = family[position];
      if (member === undefined) throw new RangeError(`no local at [${indices}] of [${extents}]`);
      return member;
    };
  }

  /** A local that holds four times `value` from the start of the function. */
  f32x4Constant(value: number): Local {
    return this.#constant(new Float32Array(4).fill(value));
  }

  f64x2Constant(value: number): Local {
    return this.#constant(new Float64Array(2).fill(value));
  }

  i32x4Constant(value: number): Local {
    return this.#constant(new Int32Array(4).fill(value));
  }

  /** Pushes the value of an operand; a number is an i32 constant. */
  push(operand: Operand | number): this {
    if (typeof operand === "number") this.i32(operand);
    else if (typeof operand === "function") operand();
    else this.get(operand);
    return this;
  }

  /** a·b + c on float32 lanes. */
  f32x4MultiplyAdd(a: Operand, b: Operand, c: Operand): FunctionBuilder {
    if (this.relaxed) return this.push(a).push(b).push(c).f32x4RelaxedMadd();
    return this.push(a).push(b).f32x4Mul().push(c).f32x4Add();
  }

  /** c − a·b on float32 lanes. */
  f32x4NegativeMultiplyAdd(a: Operand, b: Operand, c: Operand): FunctionBuilder {
    if (this.relaxed) return this.push(a).push(b).push(c).f32x4RelaxedNmadd();
    return this.push(c).push(a).push(b).f32x4Mul().f32x4Sub();
  }

  /** a·b + c on float64 lanes. */
  f64x2MultiplyAdd(a: Operand, b: Operand, c: Operand): FunctionBuilder {
    if (this.relaxed) return this.push(a).push(b).push(c).f64x2RelaxedMadd();
    return this.push(a).push(b).f64x2Mul().push(c).f64x2Add();
  }

  /** Pushes the arguments and calls. */
  callWith(target: CallSite["target"], ...values: readonly (Operand | number)[]): FunctionBuilder {
    for (const value of values) this.push(value);
    return this.call(target);
  }

  /** Adds to an i32 local. */
  increase(local: Local, amount: Operand | number): FunctionBuilder {
    return this.get(local).push(amount).i32Add().set(local);
  }

  /** Runs the body while `counter < end` (unsigned); the body must increase the counter. */
  whileBelow(counter: Local, end: Operand | number, body: () => unknown): FunctionBuilder {
    return this.while(() => this.get(counter).push(end).i32LtU(), body);
  }

  /** Runs the body while the condition holds. The test is repeated at the bottom: one jump per round. */
  while(condition: () => unknown, body: () => unknown): FunctionBuilder {
    return this.push(condition).if(() => {
      this.loop((again) => {
        body();
        this.push(condition).branchIf(again);
      });
    });
  }

  /** Runs the body while the count (unsigned) is at least `step`, taking `step` off it each time; the rest remains. */
  repeat(count: Local, body: () => unknown, step = 1): FunctionBuilder {
    return this.while(
      () => (step === 1 ? this.get(count) : this.get(count).push(step).i32GeU()),
      () => {
        body();
        this.increase(count, -step);
      },
    );
  }

  /** The function as it stands in the code section, calls resolved to function numbers. */
  body(numberOf: (target: CallSite["target"]) => number): ByteSink {
    for (const { offset, target } of this.callSites) {
      this.code.patch(offset, paddedUnsigned(numberOf(target)));
    }
    const body = new ByteSink();
    body.unsigned(this.#locals.length);
    for (const type of this.#locals) body.unsigned(1).byte(typeCode(type));
    for (const { bytes, local } of this.#constants.values()) {
      body.byte(0xfd).unsigned(0x0c).bytes(bytes).byte(0x21).unsigned(local.index);
    }
    return body.bytes(this.code.view()).byte(0x0b);
  }

  #constant(values: ArrayBufferView): Local {
    const bytes = bytesOf(values);
    const known = this.#constants.get(bytes.join());
    if (known !== undefined) return known.local;
    const local = this.local("v128");
    this.#constants.set(bytes.join(), { bytes, local });
    return local;
  }
}

installInstructions(FunctionBuilder.prototype);
