/** predict: results of batches as one, at once; or of batches that come later. */
import { concat, dispose, elements, fromHost, leaves, mapTree, Tensor, type TypedArray } from "@antler/tensor-core";
import type { Callback } from "../callbacks/callback.ts";
import { CallbackList } from "../callbacks/callback-list.ts";
import type { AnyModel } from "../models/model.ts";
import type { Nested } from "../nested.ts";
import { Batches } from "./batches.ts";
import { type Dataset, DatasetSource } from "./dataset.ts";
import { Feed } from "./feed.ts";
import { type Inputs, layOut, withTableSync } from "./layout.ts";
import { allocate, type Data } from "./rows.ts";
import type { AnyStepData, Batch } from "./source.ts";

export interface PredictOptions {
  /** Default 32. */
  readonly batchSize?: number | undefined;
  /** How many batches are taken. Default: all. */
  readonly steps?: number | undefined;
  /** Their hooks for prediction. They are waited for only where the data is batches. */
  readonly callbacks?: readonly Callback[] | undefined;
}

/** Runs one batch. */
export type Predictor = (data: AnyStepData) => Nested;

/** Runs a model on all samples. */
export function predict(model: AnyModel, run: Predictor, x: Inputs, { batchSize = 32, steps, callbacks = [] }: PredictOptions): Nested {
  const hooks = new CallbackList(callbacks, model, { verbose: 0, epochs: 1, steps: null });
  hooks.now((c) => c.onPredictBegin());
  let step = 0;
  const watched: Predictor = (data) => {
    const batch = step++;
    hooks.now((c) => c.onPredictBatchBegin(batch));
    const outputs = run(data);
    hooks.now((c) => c.onPredictBatchEnd(batch, { outputs }));
    return outputs;
  };
  const result = results(model, watched, x, batchSize, steps);
  hooks.now((c) => c.onPredictEnd());
  return result;
}

function results(model: AnyModel, run: Predictor, x: Inputs, batchSize: number, steps = Number.POSITIVE_INFINITY): Nested {
  const parts: Data[] = [];
  const layout = layOut("predict", [x, null, null], model.ends, (data) => parts.push(data) - 1);
  const tensors = parts.filter((data) => data instanceof Tensor);
  // One batch that is a tensor already goes in as it is.
  const count = tensors[0]?.shape[0];
  if (tensors.length === parts.length && count! <= batchSize && tensors.every((t) => t.shape[0] === count)) {
    return run(mapTree(layout, (i) => (i === null ? null : tensors[i as number])) as unknown as AnyStepData);
  }
  const batches = withTableSync("predict", [x, null, null], model.ends, (all) => new Batches(all, batchSize));
  try {
    return joined(Array.from({ length: Math.min(steps, batches.steps) }, (_, i) => runBatch(run, batches.batch(i))));
  } finally {
    batches.close();
  }
}
function runBatch(run: Predictor, batch: Batch): Nested {
  try {
    return run(batch.data);
  } finally {
    batch.dispose();
  }
}
const synchronous = (tensors: readonly Tensor[]): boolean =>
  tensors.every((t) => t.storage("predict").backend.capabilities.synchronousReads);

/** Runs a model on batches, as they come. */
export async function predictDataset(
  model: AnyModel,
  run: Predictor,
  dataset: Dataset,
  { steps, callbacks = [] }: PredictOptions,
): Promise<Nested> {
  const hooks = new CallbackList(callbacks, model, { verbose: 0, epochs: 1, steps: steps ?? null });
  const feed = new Feed(new DatasetSource(dataset, { op: "predict", ends: model.ends }), { steps, from: "start" });
  const all: Nested[] = [];
  await hooks.begin("predict");
  feed.begin(0);
  model.stopPredicting = false;
  for (let step = 0; !model.stopPredicting; step++) {
    const batch = await feed.next();
    if (!batch) break;
    await hooks.batchBegin("predict", step);
    all.push(run(batch.data));
    batch.dispose();
    await hooks.predicted(step, all.at(-1)!);
  }
  await feed.close();
  await hooks.end("predict", {});
  return joined(all);
}

/** The results of batches as one, in their structure. */
function joined(all: readonly Nested[]): Nested {
  if (all.length === 1) return all[0]!;
  const parts = all.map((y) => leaves(y) as Tensor[]);
  let next = 0;
  const whole = mapTree(all[0], () => {
    const i = next++;
    const tensors = parts.map((p) => p[i]!);
    return synchronous(tensors) ? joinOnHost(tensors) : concat(tensors);
  });
  dispose(all);
  return whole as Nested;
}

/** Copies through the host: an op to join just these sizes would be compiled for them alone. */
function joinOnHost(results: readonly Tensor[]): Tensor {
  const [first] = results as readonly [Tensor];
  const shape = [results.reduce((n, t) => n + t.shape[0]!, 0), ...first.shape.slice(1)];
  const all = allocate(first.dtype, elements(shape));
  let at = 0;
  for (const t of results) {
    const part: TypedArray = t.dataSync();
    all.set(part as never, at);
    at += part.length;
  }
  return fromHost(all, shape, first.dtype, first.storage("predict").backend);
}
