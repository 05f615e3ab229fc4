// Turns the opcode tables into methods: one method per instruction, typed by the tables themselves.

import { saturatingOpcodes, scalarMemoryOpcodes, scalarOpcodes } from "./scalar-opcodes.ts";
import { laneOpcodes, vectorMemoryLaneOpcodes, vectorMemoryOpcodes, vectorOpcodes } from "./vector-opcodes.ts";

type Plain = keyof typeof scalarOpcodes | keyof typeof saturatingOpcodes | keyof typeof vectorOpcodes;
type Memory = keyof typeof scalarMemoryOpcodes | keyof typeof vectorMemoryOpcodes;
type MemoryLane = keyof typeof vectorMemoryLaneOpcodes;
type Lane = keyof typeof laneOpcodes;

/**
 * The methods made from the tables. All take their operands from the stack; `offset` is a constant
 * number of bytes added to the address, `lane` counts from 0.
 */
export type TableInstructions<Self> = Record<Plain, () => Self> &
  Record<Memory, (offset?: number) => Self> &
  Record<MemoryLane, (lane: number, offset?: number) => Self> &
  Record<Lane, (lane: number) => Self>;

/** What the installed methods need: a way to write an opcode behind its prefix, and its immediates. */
export interface InstructionSink {
  emit(prefix: Prefix, opcode: number, first?: number, second?: number, third?: number): this;
}

/** The byte before an opcode that says which table it is from; 0 means there is none. */
export type Prefix = 0 | 0xfc | 0xfd;

/** Adds a method for every table entry to the prototype of a builder. */
export function installInstructions(prototype: InstructionSink): void {
  const methods: Record<string, unknown> = {};
  const plain = (prefix: Prefix, table: Readonly<Record<string, number>>): void => {
    for (const [name, opcode] of Object.entries(table)) {
      methods[name] = function (this: InstructionSink) {
        return this.emit(prefix, opcode);
      };
    }
  };
  const memory = (prefix: Prefix, table: Readonly<Record<string, number>>): void => {
    for (const [name, opcode] of Object.entries(table)) {
      const alignment = alignmentHint(name);
      methods[name] = function (this: InstructionSink, offset = 0) {
        return this.emit(prefix, opcode, alignment, offset);
      };
    }
  };
  plain(0, scalarOpcodes);
  plain(0xfc, saturatingOpcodes);
  plain(0xfd, vectorOpcodes);
  memory(0, scalarMemoryOpcodes);
  memory(0xfd, vectorMemoryOpcodes);
  for (const [name, opcode] of Object.entries(vectorMemoryLaneOpcodes)) {
    const alignment = alignmentHint(name);
    methods[name] = function (this: InstructionSink, lane: number, offset = 0) {
      return this.emit(0xfd, opcode, alignment, offset, lane);
    };
  }
  for (const [name, opcode] of Object.entries(laneOpcodes)) {
    methods[name] = function (this: InstructionSink, lane: number) {
      return this.emit(0xfd, opcode, lane);
    };
  }
  Object.assign(prototype, methods);
}

/**
 * The alignment promised to the engine, as a power of two: the size of an element, at most 4 bytes,
 * because that is what slices of a tensor still have. Engines accept any address whatever it says.
 */
function alignmentHint(name: string): number {
  const width = /(?:Load|Store)(\d+)/.exec(name)?.[1];
  if (width === "8") return 0;
  return width === "16" ? 1 : 2;
}
