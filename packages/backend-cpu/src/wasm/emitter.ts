// The instructions that the opcode tables do not cover: constants, locals, shuffles, calls, control flow.

import { ByteSink } from "./encode.ts";
import type { FunctionBuilder } from "./function.ts";
import type { InstructionSink, Prefix } from "./instructions.ts";
import { type ImportedFunction, type Local, typeCode, type ValueType } from "./types.ts";

/** A place that `branch` can go to: the end of a block or the start of a loop. */
export interface Label {
  readonly depth: number;
}

/** A place in the code where the number of the called function is to be written. */
export interface CallSite {
  readonly offset: number;
  readonly target: FunctionBuilder | ImportedFunction;
}

/** Writes the code of one function; `FunctionBuilder` adds declarations and helpers. */
export class Emitter implements InstructionSink {
  readonly code: ByteSink = new ByteSink();
  readonly callSites: CallSite[] = [];
  #depth = 0;

  /** Writes an opcode behind its prefix, then up to three immediates as unsigned numbers. */
  emit(prefix: Prefix, opcode: number, first?: number, second?: number, third?: number): this {
    const { code } = this;
    if (prefix === 0) code.byte(opcode);
    else code.byte(prefix).unsigned(opcode);
    if (first !== undefined) code.unsigned(first);
    if (second !== undefined) code.unsigned(second);
    if (third !== undefined) code.unsigned(third);
    return this;
  }

  get(local: Local): this {
    return this.emit(0, 0x20, local.index);
  }

  set(local: Local): this {
    return this.emit(0, 0x21, local.index);
  }

  tee(local: Local): this {
    return this.emit(0, 0x22, local.index);
  }

  i32(value: number): this {
    this.code.byte(0x41).signed(value);
    return this;
  }

  i64(value: bigint): this {
    this.code.byte(0x42).signed64(value);
    return this;
  }

  f32(value: number): this {
    this.code.byte(0x43).float32(value);
    return this;
  }

  f64(value: number): this {
    this.code.byte(0x44).float64(value);
    return this;
  }

  v128(bytes: ArrayLike<number>): this {
    this.emit(0xfd, 0x0c);
    this.code.bytes(bytes);
    return this;
  }

  f32x4(value: number): this {
    return this.v128(bytesOf(new Float32Array(4).fill(value)));
  }

  f64x2(value: number): this {
    return this.v128(bytesOf(new Float64Array(2).fill(value)));
  }

  i32x4(value: number): this {
    return this.v128(bytesOf(new Int32Array(4).fill(value)));
  }

  /** Picks 16 bytes: 0–15 are those of the first operand, 16–31 those of the second. */
  i8x16Shuffle(...bytes: number[]): this {
    this.emit(0xfd, 0x0d);
    this.code.bytes(bytes);
    return this;
  }

  /** Picks four 32-bit lanes: 0–3 are those of the first operand, 4–7 those of the second. */
  i32x4Shuffle(...lanes: [number, number, number, number]): this {
    return this.i8x16Shuffle(...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
  }

  /** Pops condition, second and first value; leaves the first where the condition is not 0. */
  select(): this {
    return this.emit(0, 0x1b);
  }

  drop(): this {
    return this.emit(0, 0x1a);
  }

  return(): this {
    return this.emit(0, 0x0f);
  }

  unreachable(): this {
    return this.emit(0, 0x00);
  }

  /** Pops byte count, source and destination. */
  memoryCopy(): this {
    return this.emit(0xfc, 0x0a, 0, 0);
  }

  /** Pops byte count, byte value and destination. */
  memoryFill(): this {
    return this.emit(0xfc, 0x0b, 0);
  }

  memorySize(): this {
    return this.emit(0, 0x3f, 0);
  }

  /** Calls another function of the module, or an imported one. */
  call(target: FunctionBuilder | ImportedFunction): this {
    this.code.byte(0x10);
    this.callSites.push({ offset: this.code.length, target });
    this.code.paddedUnsigned(0);
    return this;
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
    return this.#nested(
      0x04,
      (exit) => {
        then(exit);
        if (otherwise === undefined) return;
        this.emit(0, 0x05);
        otherwise(exit);
      },
      result,
    );
  }

  branch(label: Label): this {
    return this.emit(0, 0x0c, this.#depth - label.depth);
  }

  branchIf(label: Label): this {
    return this.emit(0, 0x0d, this.#depth - label.depth);
  }

  #nested(opcode: number, body: (label: Label) => unknown, result?: ValueType): this {
    this.code.byte(opcode).byte(result === undefined ? 0x40 : typeCode(result));
    this.#depth += 1;
    body({ depth: this.#depth });
    this.#depth -= 1;
    this.code.byte(0x0b);
    return this;
  }
}

/** The bytes of a typed array: the immediate of a vector constant. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
