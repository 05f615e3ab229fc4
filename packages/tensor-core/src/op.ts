/** What an op is: one object with everything the system knows about it. Consumers read it; nobody keeps a list of op names. */
import type { TypedArray } from "./dtype.ts";
import type { IndexedSlices } from "./gather.ts";
import type { Graph, Node } from "./graph.ts";
import type { Expr } from "./scalar.ts";
import type { Dim } from "./shape.ts";
import type { Spec, StaticSpec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

export interface Op<A = unknown> {
  readonly name: string;
  /** Shapes and dtypes of the outputs, or an error that names the op and what it got. */
  infer(inputs: readonly Spec[], attrs: A): readonly Spec[];
  /**
   * The gradient for each input, written with public ops so that it traces, compiles and nests. `dys[i]` is null where nothing
   * depends on output i. The gradient of an input that was broadcast may keep the output's shape: backprop sums it.
   */
  vjp?(dys: readonly (Tensor | null)[], inputs: readonly Tensor[], outputs: readonly Tensor[], attrs: A): readonly Grad[];
  readonly how: How<A>;
  /**
   * How to make the sum of the output over many inputs at once, each stacked along a new first axis of these specs. Absent, or
   * undefined, where that is no easier than adding one output to another. Gradients of loops ask.
   */
  sumOfMany?(stacked: readonly Spec[], attrs: A): ((stacked: readonly Tensor[]) => Tensor) | undefined;
  /** How many outputs the caller sees; further ones are hidden and computed only where a tape listens. All when absent. */
  visible?(attrs: A): number;
  /** The attrs to run with while a tape listens: those that also compute what the gradient will read. The same attrs when absent. */
  prepare?(attrs: A, inputs: readonly Spec[]): A;
  /** A reader of the output, done ahead of this op at less cost: a node whose outputs are the reader's. Absent where there is none. */
  ahead?(node: Node, reader: Node): Node | undefined;
  /** Kernels by backend name, for opaque and custom ops: plain functions of host arrays. */
  readonly kernels?: { readonly [backend: string]: HostKernel<A> };
}

export type Grad = Tensor | IndexedSlices | null;

/** Computes outputs from inputs on the host. Arrays are the storage arrays of the dtypes; outputs come zero-filled. */
export type HostKernel<A> = (
  inputs: readonly TypedArray[],
  outputs: readonly TypedArray[],
  specs: { readonly inputs: readonly StaticSpec[]; readonly outputs: readonly StaticSpec[] },
  attrs: A,
) => void;

export type How<A> = MapHow<A> | ViewHow<A> | FoldHow<A> | SourceHow<A> | CompositeHow<A> | RegionHow<A> | OpaqueHow<A>;

/** Elementwise: an output element from the elements at the same (broadcast) place in the inputs; one expression an output. */
export interface MapHow<A> {
  readonly kind: "map";
  body(x: readonly Expr[], attrs: A, inputs: readonly Spec[]): readonly Expr[];
}

/** Where an output element comes from: an index of one input, and where that is valid. */
export interface Piece {
  readonly input: number;
  readonly index: readonly Expr[];
  readonly valid?: Expr | undefined;
  /** The index depends on data: outside the input it is an error, not a value. */
  readonly checked?: boolean;
}

/** No arithmetic: the first valid piece, else the fill. Indices may read integer inputs through `scalar.read`. */
export interface ViewHow<A> {
  readonly kind: "view";
  at(index: readonly Expr[], attrs: A, inputs: readonly Spec[], output: Spec): readonly Piece[];
  fill?(attrs: A): number;
}

/** A reduction over axes. The accumulator is a tuple; `lift` makes one from an element, `combine` is associative, `finish` makes the outputs. */
export interface FoldHow<A> {
  readonly kind: "fold";
  axes(attrs: A): readonly number[];
  zero(attrs: A, inputs: readonly Spec[]): readonly Expr[];
  /** `position` is the element's flat place within the folded axes. */
  lift?(x: readonly Expr[], position: Expr, attrs: A): readonly Expr[];
  combine(a: readonly Expr[], b: readonly Expr[], attrs: A): readonly Expr[];
  finish?(acc: readonly Expr[], attrs: A, inputs: readonly Spec[]): readonly Expr[];
}

/** An element made from its index (and from inputs read through `scalar.read`, such as a random key). */
export interface SourceHow<A> {
  readonly kind: "source";
  element(index: readonly Expr[], attrs: A, inputs: readonly Spec[], output: Spec): Expr;
}

/** Written with other ops; a backend may match the name with a fast kernel. */
export interface CompositeHow<A> {
  readonly kind: "composite";
  expand(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
}

/** Control flow over sub-graphs held in the attrs. */
export interface RegionHow<A> {
  readonly kind: "region";
  /** Fills the outputs: which body runs when, and on what memory, whatever memory is to the backend. */
  run<B>(runner: RegionRunner<B>, inputs: readonly B[], outputs: readonly B[], attrs: A): Work | undefined;
}

/** Work that may have to wait for numbers to come from a device. */
export type Work<T = void> = Generator<Promise<Uint8Array>, T, Uint8Array>;

/** What runs a region's bodies, which are numbered as they come in the attrs. */
export interface RegionRunner<B> {
  size(dim: Dim): number;
  /** Room for the bool that a body gives. */
  readonly flag: B;
  /** Whether a bool is true. */
  ask(flag: B): Work<boolean>;
  /** Room like that of an output: a carry alternates between the two, so that no step writes what it reads. */
  spare(output: number): B;
  /** Fills an output with a value like it. */
  copy(from: B, output: number): void;
  /** What one of so many steps reads of a stacked input, or writes of a stacked output. */
  row(of: "inputs" | "outputs", which: number, step: number, steps: number): B;
  run(body: number, inputs: readonly B[], outputs: readonly B[]): Work;
  /** Runs the first body so many times on these two lists, in which `move` puts other places before each; inputs from `fixed` on stay. */
  repeat(steps: number, inputs: B[], outputs: B[], fixed: number, move: (step: number) => void): Work | undefined;
}

/** Only a host function knows how. Keep these few. */
export interface OpaqueHow<A> {
  readonly kind: "opaque";
  readonly reference: HostKernel<A>;
}

/** `cond`: inputs are [predicate, ...captured]; both graphs take the captured ones and give equal specs. */
export interface CondAttrs {
  readonly then: Graph;
  readonly else: Graph;
}
/** `while`: inputs are [...carry, ...captured]; `test` gives one bool, `body` the next carry; both take all inputs. */
export interface WhileAttrs {
  readonly test: Graph;
  readonly body: Graph;
  readonly carry: number;
  readonly maximumIterations?: number | undefined;
}
/** `scan`: inputs are [...carry, ...xs, ...captured]; `body` takes [...carry, ...x at t, ...captured] and gives [...carry, ...y at t]; outputs are the last carry and the stacked ys. */
export interface ScanAttrs {
  readonly body: Graph;
  readonly carry: number;
  readonly xs: number;
  readonly length: Dim;
  readonly reverse: boolean;
  /** Stacked outputs at the end that only the gradient reads. */
  readonly hidden: number;
}
