/** A spec is what is known of a tensor before it has numbers: shape and dtype. Equal specs are one object. */
import type { DType } from "./dtype.ts";
import { dtypeInfo } from "./dtype.ts";
import { elements, type Shape, showDim } from "./shape.ts";

export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A spec without unknown sizes: what a stored tensor has. */
export interface StaticSpec extends Spec {
  readonly shape: readonly number[];
}

const LIMIT = 65536;
const specs = new Map<string, Spec>();

/** The one Spec of that shape and dtype, so that caches look specs up by identity. */
export function makeSpec(shape: readonly number[], dtype: DType): StaticSpec;
export function makeSpec(shape: Shape, dtype: DType): Spec;
export function makeSpec(shape: Shape, dtype: DType): Spec {
  const key = `${dtype}:${shape.map(showDim).join()}`;
  let s = specs.get(key);
  if (!s) {
    // A forgotten spec costs a cache miss later, never a wrong answer.
    if (specs.size >= LIMIT) specs.clear();
    specs.set(key, (s = Object.freeze({ shape: Object.freeze([...shape]), dtype })));
  }
  return s;
}

export const byteSize = (spec: StaticSpec): number => elements(spec.shape) * dtypeInfo(spec.dtype).bytes;
