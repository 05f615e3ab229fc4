/** Batches: rows, in order or shuffled, as tensors. Storing is no op: nothing is dispatched for a batch. */
import { dispose, elements, fromHost, getBackend, mapTree, type Tensor, type TypedArray, takeRows, ValueError } from "@antler/tensor-core";
import { permutation } from "../seed.ts";
import { releaseAll, type Table } from "./layout.ts";
import { allocate, type Column, type Resident, type Rows } from "./rows.ts";
import type { AnyStepData, Batch, Pass, Source } from "./source.ts";

export class Batches implements Source {
  /** How many batches there are; the last may be smaller. */
  readonly steps: number;
  readonly #table: Table;
  readonly #batchSize: number;
  /** Of the shuffling of a pass, if there is any. */
  readonly #seed: (() => number) | undefined;
  /** Where shuffled rows are gathered; stores copy, so one is enough. */
  readonly #buffers: TypedArray[];

  /** @param seed asked for at each pass, which shuffles with it and its own number */
  constructor(table: Table, batchSize: number, seed?: () => number) {
    if (!Number.isInteger(batchSize) || batchSize <= 0)
      throw new ValueError("batches", `batchSize must be a positive integer, got ${batchSize}`);
    this.#table = table;
    this.#batchSize = batchSize;
    this.#seed = seed;
    this.steps = Math.ceil(table.count / batchSize);
    const room = (c: Column): number => ("tensor" in c ? 0 : Math.min(batchSize, c.count) * elements(c.shape));
    this.#buffers = table.columns.map((c) => allocate(c.dtype, room(c)));
  }

  sample(): Batch {
    return this.batch(0);
  }
  pass(number: number): Pass {
    const order = this.#seed && permutation(this.#table.count, this.#seed() + number);
    let step = 0;
    return {
      next: () => (step < this.steps ? this.batch(step++, order) : undefined),
      skip: (count) => void (step += count),
      close: () => {},
    };
  }

  close(): void {
    releaseAll(this.#table.columns);
  }

  /** One batch. @param order row numbers, where the rows are shuffled */
  batch(step: number, order?: Int32Array): Batch {
    const begin = step * this.#batchSize;
    const count = Math.min(this.#batchSize, this.#table.count - begin);
    const rows = order?.subarray(begin, begin + count);
    const tensors = this.#table.columns.map((column, k): Tensor => {
      if ("tensor" in column) return takeRows(column.tensor, placesOf(column, rows ?? begin, count));
      const size = elements(column.shape);
      const data = rows ? this.#gather(k, column, rows, size) : column.data.subarray(begin * size, (begin + count) * size);
      return fromHost(data as TypedArray, [count, ...column.shape], column.dtype, getBackend());
    });
    const data = mapTree(this.#table.layout, (place) => (place === null ? null : tensors[place as number])) as AnyStepData;
    return { data, dispose: () => dispose(tensors) };
  }
  #gather(k: number, { data: from }: Rows, rows: Int32Array, size: number): TypedArray {
    const to = this.#buffers[k]!;
    if (size === 1) rows.forEach((row, i) => void (to[i] = from[row]!));
    else rows.forEach((row, i) => void to.set(from.subarray(row * size, (row + 1) * size) as never, i * size));
    return to.subarray(0, rows.length * size) as TypedArray;
  }
}

/** Where in the tensor some rows are, or so many from one on. */
function placesOf({ first }: Resident, rows: Int32Array | number, count: number): Int32Array {
  if (typeof rows !== "number") return first === 0 ? rows : rows.map((row) => first + row);
  const places = new Int32Array(count);
  for (let i = 0; i < count; i++) places[i] = first + rows + i;
  return places;
}
