/** Datasets: batches from whatever can be iterated, at once or later. */
import { dispose, fromHost, getBackend, mapTree, Tensor, ValueError } from "@antler/tensor-core";
import { type ClassWeight, checkClassWeight, weightsOf } from "./class-weight.ts";
import { type Ends, type Given, type Inputs, layOut } from "./layout.ts";
import { type Data, type Rows, rowsOf, rowsOfSync } from "./rows.ts";
import type { AnyStepData, Batch, Pass, Soon, Source } from "./source.ts";

/** One batch: `[x]`, `[x, y]`, `[x, y, sampleWeight]`, or `{ xs, ys }`. Tensors stay yours. */
export type DatasetBatch = Tensor | readonly (Inputs | null)[] | { readonly xs: Inputs; readonly ys?: Inputs | null };

type Batched = Iterable<DatasetBatch> | AsyncIterable<DatasetBatch>;
/** Batches to iterate, now or later; or a function that gives them, called anew for each epoch. */
export type Dataset = Batched | (() => Batched);

/** Whether data comes in batches already. Arrays and tensors do not. */
export const isDataset = (x: unknown): x is Dataset =>
  typeof x === "function" ||
  (typeof x === "object" &&
    x !== null &&
    !(x instanceof Tensor || Array.isArray(x) || ArrayBuffer.isView(x)) &&
    (Symbol.iterator in x || Symbol.asyncIterator in x));

type Steps = Iterator<DatasetBatch> | AsyncIterator<DatasetBatch>;
function open(op: string, dataset: Dataset): Steps {
  const batches = typeof dataset === "function" ? dataset() : dataset;
  if (typeof batches === "object" && Symbol.asyncIterator in batches) return batches[Symbol.asyncIterator]();
  if (typeof batches === "object" && Symbol.iterator in batches) return batches[Symbol.iterator]();
  throw new ValueError(op, "the function gave nothing that can be iterated");
}

export interface DatasetOptions {
  /** The caller, for errors. */
  readonly op: string;
  readonly ends: Ends;
  readonly classWeight?: ClassWeight | null | undefined;
}

export class DatasetSource implements Source {
  readonly #dataset: Dataset;
  readonly #options: DatasetOptions;
  #steps: number | undefined;
  /** The pass that was begun to look at its first batch. */
  #begun: { readonly pass: Pass; first: Batch | undefined } | undefined;

  constructor(dataset: Dataset, options: DatasetOptions) {
    this.#dataset = dataset;
    this.#options = options;
  }
  /** Known once a pass has come to its end. */
  get steps(): number | undefined {
    return this.#steps;
  }

  async sample(): Promise<Batch | undefined> {
    const pass = this.#open();
    const first = await pass.next();
    this.#begun = { pass, first };
    // It is used again as the first of the pass.
    return first && { data: first.data, dispose: () => {} };
  }
  pass(): Pass {
    const begun = this.#begun;
    this.#begun = undefined;
    if (!begun) return this.#open();
    const { pass } = begun;
    const next = (): Soon<Batch | undefined> => {
      const { first } = begun;
      begun.first = undefined;
      return first ?? pass.next();
    };
    const close = (): Soon<void> => {
      begun.first?.dispose();
      begun.first = undefined;
      return pass.close();
    };
    return { next, skip: (count) => skip(next, count), close };
  }
  close(): Soon<void> {
    return this.#begun && this.pass().close();
  }

  #open(): Pass {
    const iterator = open(this.#options.op, this.#dataset);
    let seen = 0;
    const take = ({ done, value }: IteratorResult<DatasetBatch>): Soon<Batch | undefined> => {
      if (done) {
        this.#steps ??= seen;
        return undefined;
      }
      seen++;
      return batchOf(value, this.#options);
    };
    const next = (): Soon<Batch | undefined> => {
      const result = iterator.next();
      return result instanceof Promise ? result.then(take) : take(result as IteratorResult<DatasetBatch>);
    };
    return { next, skip: (count) => skip(next, count), close: async () => void (await iterator.return?.()) };
  }
}
async function skip(next: () => Soon<Batch | undefined>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) (await next())?.dispose();
}

/** @throws ValueError where a batch is none of the forms it may have */
function partsOf(op: string, batch: DatasetBatch): Given {
  if (batch instanceof Tensor) return [batch, null, null];
  if (Array.isArray(batch) && batch.length >= 1 && batch.length <= 3) return [batch[0] as Inputs, batch[1], batch[2]];
  if (typeof batch === "object" && batch !== null && "xs" in batch) return [batch.xs, batch.ys, null];
  throw new ValueError(op, "a batch must be [x], [x, y], [x, y, sampleWeight] or { xs, ys }");
}

export function batchOf(value: DatasetBatch, { op, ends, classWeight }: DatasetOptions): Soon<Batch> {
  const own: Tensor[] = [];
  const store = (rows: Rows): Tensor => {
    const made = fromHost(rows.data, [rows.count, ...rows.shape], rows.dtype, getBackend());
    own.push(made);
    return made;
  };
  const given = partsOf(op, value);
  const parts: Data[] = [];
  const layout = layOut(op, given, ends, (data) => parts.push(data) - 1) as readonly unknown[];
  const tensors = parts.map((data) => (data instanceof Tensor ? data : store(rowsOfSync(op, data))));
  const made = (extra: unknown): Batch => {
    const [x, y, sampleWeight] = mapTree(layout, (i) => (i === null ? null : tensors[i as number])) as unknown[];
    return { data: [x, y, extra ?? sampleWeight] as unknown as AnyStepData, dispose: () => dispose(own) };
  };
  if (!classWeight) return made(null);
  checkClassWeight(layout[1], layout[2]);
  return rowsOf(op, parts[layout[1] as number]!).then((labels) => made(store(weightsOf(labels, classWeight))));
}
