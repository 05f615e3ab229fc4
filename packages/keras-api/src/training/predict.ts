/** predict: results of batches as one tensor, at once. */
import { add, concat, dispose, elements, fromHost, gather, getBackend, iota, Tensor, type TypedArray, tidy } from "@antler/tensor-core";
import type { AnyModel } from "../models/model.ts";
import { Batches } from "./batches.ts";
import { allocate, type Data, rowsOfSync } from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Runs a model on all samples. */
export function predict(model: AnyModel, steps: Steps, x: Data, batchSize: number): Tensor {
  const step = (batch: Tensor): Tensor => model.apply(batch, { training: false });
  const run = (batch: Tensor): Tensor => steps.run("predict_step", step as (...batch: Tensor[]) => Tensor, [batch]);
  // One batch that is a tensor already goes in as it is; so does what cannot be read at once and cut on the host.
  if (x instanceof Tensor && x.shape[0]! <= batchSize) return run(x);
  const { capabilities } = x instanceof Tensor ? x.storage("predict").backend : getBackend();
  if (x instanceof Tensor && !capabilities.synchronousReads) return onDevice(x, batchSize, run);

  const batches = new Batches([rowsOfSync("predict", x)], batchSize);
  const results = Array.from({ length: batches.steps }, (_, i) => {
    const [batch] = batches.batch(i);
    try {
      return run(batch!);
    } finally {
      batch!.dispose();
    }
  });
  if (results.length === 1) return results[0]!;
  const joined = capabilities.synchronousReads ? joinOnHost(results) : concat(results);
  dispose(results);
  return joined;
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

function onDevice(x: Tensor, batchSize: number, run: (batch: Tensor) => Tensor): Tensor {
  const count = x.shape[0]!;
  return tidy(() => {
    const parts: Tensor[] = [];
    for (let begin = 0; begin < count; begin += batchSize) {
      const rows = add(iota([Math.min(batchSize, count - begin)]), begin);
      parts.push(run(gather(x, rows)));
    }
    return concat(parts);
  });
}
