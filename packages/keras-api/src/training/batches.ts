/** Batches: rows, in order or shuffled, as tensors. Storing is no op: nothing is dispatched for a batch. */
import { elements, fromHost, getBackend, type Tensor, type TypedArray, ValueError } from "@antler/tensor-core";
import { allocate, type Rows } from "./rows.ts";

export class Batches {
  /** How many batches there are; the last may be smaller. */
  readonly steps: number;
  readonly #columns: readonly Rows[];
  readonly #batchSize: number;
  /** Where shuffled rows are gathered; stores copy, so one is enough. */
  readonly #buffers: TypedArray[];

  constructor(columns: readonly Rows[], batchSize: number) {
    if (!Number.isInteger(batchSize) || batchSize <= 0)
      throw new ValueError("batches", `batchSize must be a positive integer, got ${batchSize}`);
    this.#columns = columns;
    this.#batchSize = batchSize;
    this.steps = Math.ceil(columns[0]!.count / batchSize);
    this.#buffers = columns.map((c) => allocate(c.dtype, Math.min(batchSize, c.count) * elements(c.shape)));
  }

  /** The tensors of a batch, yours to dispose of. @param order row numbers, where the rows are shuffled */
  batch(step: number, order?: Int32Array): Tensor[] {
    const begin = step * this.#batchSize;
    return this.#columns.map((column, k) => {
      const size = elements(column.shape);
      const count = Math.min(this.#batchSize, column.count - begin);
      const data = order
        ? this.#gather(k, order.subarray(begin, begin + count), size)
        : column.data.subarray(begin * size, (begin + count) * size);
      return fromHost(data as TypedArray, [count, ...column.shape], column.dtype, getBackend());
    });
  }
  #gather(k: number, rows: Int32Array, size: number): TypedArray {
    const from = this.#columns[k]!.data;
    const to = this.#buffers[k]!;
    if (size === 1) rows.forEach((row, i) => void (to[i] = from[row]!));
    else rows.forEach((row, i) => void to.set(from.subarray(row * size, (row + 1) * size) as never, i * size));
    return to.subarray(0, rows.length * size) as TypedArray;
  }
}
