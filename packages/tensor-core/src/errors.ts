/** The typed errors, and the one place that words them: which op, what is wrong, what it got, what to do, and where. */
import { path } from "./context.ts";
import { type Dim, showShape } from "./dim.ts";
import type { DType } from "./dtype.ts";

interface Shaped {
  readonly shape: readonly Dim[];
  readonly dtype?: DType;
}

export interface ErrorDetails {
  /** What the op received; printed as `f32[2, 3]`. */
  readonly got?: readonly Shaped[] | undefined;
  /** What the caller can do about it, as a sentence. */
  readonly hint?: string | undefined;
}

/** The base of every error Antler throws on purpose. `op` names the function that refused. */
export class AntlerError extends Error {
  override readonly name: string = "AntlerError";
  readonly op: string;
  constructor(op: string, problem: string, { got, hint }: ErrorDetails = {}) {
    const where = path();
    super(
      `${op}: ${problem}.` +
        (got?.length ? ` Got ${got.map(showSpec).join(" and ")}.` : "") +
        (hint ? ` ${hint}` : "") +
        (where ? ` (in ${where})` : ""),
    );
    this.op = op;
  }
}

/** `f32[32, 784]`, with `?` before a shape of unknown dtype left out. */
export const showSpec = ({ shape, dtype }: Shaped): string => (dtype ? shortName(dtype) : "") + showShape(shape);

const shortName = (dtype: DType): string => dtype.replace(/(b?f|u|i)(?:loat|int|nt)/, "$1");

/** Sizes or ranks that do not fit together. */
export class ShapeError extends AntlerError {
  override readonly name: string = "ShapeError";
}
/** An op was asked for a number where the size is known only at run time; `function` answers by specialising. */
export class UnknownSizeError extends ShapeError {
  override readonly name: string = "UnknownSizeError";
}
/** A dtype an op does not take, or a backend does not have. */
export class DTypeError extends AntlerError {
  override readonly name: string = "DTypeError";
}
/** An option outside its range, or of the wrong kind. */
export class ValueError extends AntlerError {
  override readonly name: string = "ValueError";
}
/** An index read from data lies outside the tensor it points into. */
export class IndexError extends AntlerError {
  override readonly name: string = "IndexError";
}
/** Something was done while a function is traced that only eager code can do, or the other way round. */
export class TraceError extends AntlerError {
  override readonly name: string = "TraceError";
}
/** A gradient that does not exist or cannot be computed. */
export class GradientError extends AntlerError {
  override readonly name: string = "GradientError";
}
/** No backend, the wrong backend, or one that failed. */
export class BackendError extends AntlerError {
  override readonly name: string = "BackendError";
}
/** The device has no room; the message names the largest holders. */
export class OutOfMemoryError extends BackendError {
  override readonly name: string = "OutOfMemoryError";
}
/** The device is gone: unplugged, reset, or taken away by the browser. Its tensors are lost; a new backend can be made. */
export class DeviceLostError extends BackendError {
  override readonly name: string = "DeviceLostError";
}
/** A tensor or variable that was disposed, donated or lost was used. */
export class DisposedError extends AntlerError {
  override readonly name: string = "DisposedError";
}
/** A file or text that is not what it claims to be. */
export class FormatError extends AntlerError {
  override readonly name: string = "FormatError";
}
