/** What a device is handed: kernels, loop nests around scalar expressions. */
import type { DType, Node, RunOptions, StaticSpec, scalars } from "@antler/tensor-core";
import type { Axis, Index, IndexCheck } from "./affine.ts";
import type { FoldCutter } from "./parts.ts";
import type { Executable } from "./program.ts";
import type { Size } from "./size.ts";

/**
 * An expression of the core's scalar language after lowering. Leaves: `const`; `index`, whose value is an Index;
 * `load`, whose value is a Load and whose argument, if it has one, says whether to read at all (0 where not); `acc`, an accumulator.
 */
export type Expr = scalars.Expr;

export interface Load {
  /** Which buffer of the kernel. */
  readonly slot: number;
  /** Which element of it. */
  readonly index: Index;
}
export interface Store {
  readonly slot: number;
  readonly index: Index;
  readonly value: Expr;
}
/** The fold of a kernel: for each place of `space`, over all of `axes`. */
export interface Fold {
  readonly axes: readonly Axis[];
  readonly zero: readonly Expr[];
  /** One element as an accumulator. */
  readonly lift: readonly Expr[];
  /** Associative and commutative, over two tuples. */
  combine(a: readonly Expr[], b: readonly Expr[]): readonly Expr[];
}
/** For every place of `space`: fold, if there is one, then store. */
export interface Kernel {
  readonly name: string;
  /** Outermost first. */
  readonly space: readonly Axis[];
  readonly fold?: Fold | undefined;
  readonly stores: readonly Store[];
  /** The dtype of each buffer; the stores' come after all that are only read. */
  readonly buffers: readonly DType[];
  /** How many buffers are only read. */
  readonly reads: number;
  /** The sizes that its indices and extents mention, in the order their values are handed in. */
  readonly params: readonly Size[];
  /** An epilogue: `space` is [rows, columns] and each run is told which block of them to do. */
  readonly blocked: boolean;
  /** What it checks of indices it reads from data. */
  readonly checks: readonly IndexCheck[];
  /** Equal kernels have equal keys. */
  readonly key: string;
}

/** A region of memory a device gave out. */
export type Buffer = unknown;
/** Runs a kernel: its buffers, the values of its params (in an array that is never changed), and for a blocked kernel [row0, row1, column0, column1]. */
export type Run = (buffers: readonly Buffer[], params: readonly number[], block?: readonly number[]) => void;

/** An operand of a matched kernel: element [i0, i1, …] lies at `offset + Σ i·strides` (in elements) of the buffer. */
export interface Layout {
  readonly offset: Size;
  readonly strides: readonly Size[];
}
export interface MatchedCall {
  readonly inputs: readonly Buffer[];
  /** Absent for outputs nobody reads. */
  readonly outputs: readonly (Buffer | undefined)[];
  readonly specs: { readonly inputs: readonly StaticSpec[]; readonly outputs: readonly StaticSpec[] };
  readonly layouts: readonly { readonly offset: number; readonly strides: readonly number[] }[];
  readonly attrs: never;
  /** What `preparation` made of its operand, where that was done ahead. */
  readonly prepared?: Buffer | undefined;
  /** To be called for each block of rows and columns of output 0 (seen as a matrix of its last axis) when it is final. */
  readonly done: ((row0: number, row1: number, column0: number, column1: number) => void) | undefined;
  /** What `done` does, for a kernel that would rather do it as it stores its results: then `done` is not called. */
  readonly epilogue?: MatchedEpilogue | undefined;
}
/** Maps over the rows and columns of a matched kernel's result. */
export interface MatchedEpilogue {
  readonly kernel: Kernel;
  readonly params: readonly number[];
  /** Which of its buffers is the result; the kernel reads it only at the place that it writes. */
  readonly result: number;
  /** Those of this call. */
  buffers(): readonly Buffer[];
}
/** A hand-written kernel for a composite (or opaque) op, found by its name. */
export interface Matched {
  accepts(node: Node): boolean;
  /** "strided": operands may be any affine view of stored values. "contiguous": row-major, without gaps. */
  readonly operands: "strided" | "contiguous";
  /** Whether it calls `done`. */
  readonly epilogue: boolean;
  readonly preparation?: Preparation | undefined;
  run(call: MatchedCall): void;
}
/**
 * What a kernel makes of an operand before it works with it; it follows from the operand, the op's attributes and how much room
 * it takes. Loops have it made once, where all of their steps have one operand, and so have programs that run again with the same.
 */
export interface Preparation {
  /** Which operand. */
  readonly operand: number;
  /** How much room the result takes; 0 where there is nothing to make. */
  bytes(call: Omit<MatchedCall, "inputs" | "outputs">): number;
  /** Which part of the kernel's time goes into making it, about: worth its room where programs run again and again. */
  part(call: Omit<MatchedCall, "inputs" | "outputs">): number;
  /** Makes it of a call of whose buffers only the operand is there. */
  make(call: MatchedCall, into: Buffer): void;
}

export interface Limits {
  /** Buffers one kernel may touch. */
  readonly buffers: number;
  /** Bytes one buffer of a kernel may have. */
  readonly bindingBytes: number;
}

/**
 * How long folds with few results are cut: one kernel folds parts, another combines them. What is decided must follow from sizes
 * alone, never from a number of threads: sums have other last bits where they are cut otherwise.
 */
export interface FoldParts {
  /**
   * Into how many parts each of `results` folds of so many elements is best cut; 1 leaves them whole. The compiler cuts into about as
   * many, where sizes can be divided. Symbols count as 32, a usual batch.
   */
  count(elements: number, results: number): number;
  /** Where neighbours go: into one part ("runs", which caches like) or each into the next ("strides", for lanes that read together). */
  readonly of: "runs" | "strides";
}

/** What most backend authors write: memory, and a printer of kernels. */
export interface Device {
  readonly name: string;
  readonly dtypes: readonly DType[];
  readonly limits?: Partial<Limits> | undefined;
  /** Cuts long folds, see `longFolds`. Absent: they stay whole. */
  readonly cutFold?: FoldCutter | undefined;
  alloc(bytes: number): Buffer;
  free(buffer: Buffer): void;
  /** The part of a buffer from a byte on, so many bytes where that is known. */
  part(buffer: Buffer, byteOffset: number, bytes?: number): Buffer;
  write(buffer: Buffer, bytes: Uint8Array): void;
  read(buffer: Buffer, bytes: number): Promise<Uint8Array>;
  readSync?(buffer: Buffer, bytes: number): Uint8Array;
  /** Resolves when everything asked of it before is done. */
  finished?(): Promise<void>;
  copy(from: Buffer, to: Buffer, bytes: number): void;
  /** Kernels are handed over together, so that they can share a module. */
  compile(kernels: readonly Kernel[]): readonly Run[];
  readonly kernels?: { readonly [op: string]: Matched } | undefined;
  /** Compiles all that runs of a program with such inputs need, see `rehearse`. Absent where `compile` leaves nothing to do. */
  prepare?(program: Executable, inputs: readonly StaticSpec[], options: RunOptions): Promise<void>;
  /** When memory given out lately is sure to be there; rejects if it is not. Undefined if all is. */
  settled?(): Promise<void> | undefined;
  /** Why it can do no more. */
  readonly lost?: Error | undefined;
  /** Throws if a kernel met bad data since the last call; asked after programs that check indices. */
  fault?(): void;
  dispose?(): void;
}
