/** Variables' values as datasets, and back: widened where files hold more bits, exact where they hold integers. */
import {
  type DType,
  dtypeInfo,
  FormatError,
  fromHost,
  getBackend,
  isFloat,
  ShapeError,
  type Tensor,
  type TypedArray,
  tensor,
  toNumbers,
  type Variable,
} from "@antler/tensor-core";
import { H5Dataset } from "../hdf5/tree.ts";

/** The dataset for a variable that holds these elements now. */
export function datasetOf({ shape, dtype, savedDtype }: Variable, elements: TypedArray): H5Dataset {
  const data = dtype === savedDtype ? elements : widened(elements, savedDtype);
  const dataset = new H5Dataset({ shape, dtype: savedDtype, data });
  if (savedDtype === "bfloat16") dataset.attributes.set("dtype", "bfloat16");
  return dataset;
}
function widened(elements: TypedArray, to: DType): TypedArray {
  const { array, bytes } = dtypeInfo(to);
  const wide = new array(new ArrayBuffer(elements.length * bytes));
  const isBig = to.endsWith("int64");
  for (let i = 0; i < elements.length; i++) wide[i] = isBig ? BigInt(elements[i]!) : elements[i]!;
  return wide;
}

/** @throws ShapeError that names the path, where a dataset has another shape than the variable */
export function checkShape(path: string, { name, shape, dtype }: Variable, dataset: H5Dataset): void {
  if (dataset.shape.length === shape.length && dataset.shape.every((d, i) => d === shape[i])) return;
  throw new ShapeError("load", `${path} is for "${name}", and has another shape than that in the model`, {
    got: [dataset, { shape, dtype }],
    hint: "The first is the file's. Leave out what does not fit with skipMismatch: true.",
  });
}

/**
 * The elements of a dataset as a tensor of the variable's dtype.
 * @throws FormatError where the file is damaged, or holds numbers that the dtype cannot
 */
export function tensorOf(path: string, { shape, dtype }: Variable, dataset: H5Dataset): Tensor {
  const data = dataset.data();
  if (!ArrayBuffer.isView(data)) throw new FormatError("load", `${path} holds texts, and the model expects ${dtype}`);
  if (dataset.dtype === dtype) return fromHost(data, shape, dtype, getBackend());
  const numbers = toNumbers(data, dataset.dtype);
  if (!isFloat(dtype)) checkExact(path, numbers, dtype);
  return tensor((isFloat(dtype) ? Float64Array.from(numbers, Number) : numbers) as never, shape, dtype);
}

/** Floats are rounded, as Keras does; a counter that does not fit is damage. */
function checkExact(path: string, numbers: ArrayLike<number | bigint | boolean>, dtype: DType): void {
  const { array, bytes } = dtypeInfo(dtype);
  const one = new array(new ArrayBuffer(bytes));
  const isBig = dtype.endsWith("int64");
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    const whole = typeof value === "bigint" || Number.isSafeInteger(Number(value));
    if (whole) one[0] = isBig ? BigInt(value) : Number(value);
    const fits = dtype === "bool" ? Number(value) === 0 || Number(value) === 1 : whole && BigInt(one[0]!) === BigInt(value);
    if (!fits) throw new FormatError("load", `${path} holds ${String(value)}, and the model keeps ${dtype}`);
  }
}
