/** Zeros stored from the host: nothing is dispatched or compiled for them. */
import { type DType, dtypeInfo, elements, fromHost, getBackend, type Tensor } from "@antler/tensor-core";

export function storedZeros(shape: readonly number[], dtype: DType): Tensor {
  const { array, bytes } = dtypeInfo(dtype);
  return fromHost(new array(new ArrayBuffer(elements(shape) * bytes)), shape, dtype, getBackend());
}
