/** Atomic instructions, which only threads need. */
import type { FunctionBuilder } from "../wasm/index.ts";

/** Opcodes behind their prefix, and the alignment (a power of two) that each demands. */
const opcodes = {
  notify: [0x00, 2],
  wait32: [0x01, 2],
  "i32.load": [0x10, 2],
  "i64.load": [0x11, 3],
  "i32.store": [0x17, 2],
  "i64.store": [0x18, 3],
  "i32.rmw.add": [0x1e, 2],
  "i64.rmw.cmpxchg": [0x49, 3],
} as const;

/**
 * An atomic access behind the code for its operands, the address below the others; `notify` pops a count, `wait32` the
 * expected value and nanoseconds (int64).
 */
export function atomic(operands: FunctionBuilder, name: keyof typeof opcodes, offset: number): FunctionBuilder {
  const [opcode, alignment] = opcodes[name];
  return operands.emit(0xfe, opcode, alignment, offset);
}
