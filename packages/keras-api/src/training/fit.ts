/** fit and evaluate: epochs, validation and callbacks around the compiled steps. */
import { isFallback, ready, ValueError } from "@antler/tensor-core";
import type { Callback, Logs, Verbosity } from "../callbacks/callback.ts";
import { CallbackList } from "../callbacks/callback-list.ts";
import { History } from "../callbacks/history.ts";
import { ProgbarLogger } from "../callbacks/progbar-logger.ts";
import { warnOnce } from "../host.ts";
import type { AnyModel } from "../models/model.ts";
import { nextSeed, permutation } from "../seed.ts";
import { Batches } from "./batches.ts";
import type { Compiled } from "./compiled.ts";
import { runEpoch } from "./epoch.ts";
import { type Data, type Rows, rowsOf, sameCount, section } from "./rows.ts";

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number | undefined;
  /** 0: silent, 1: a bar, 2: one line. Default "auto", a bar. */
  readonly verbose?: Verbosity | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
}
export interface FitOptions extends EvaluateOptions {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** The part held back for validation: the last samples, before any shuffling. Default 0. */
  readonly validationSplit?: number | undefined;
  /** Samples and labels for validation, instead of a part of the others. */
  readonly validationData?: readonly [x: Data, y: Data] | undefined;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number | undefined;
  /** Whether each epoch takes the samples in another order. Default true. */
  readonly shuffle?: boolean | undefined;
  /** The number of the first epoch, for going on. Default 0. */
  readonly initialEpoch?: number | undefined;
  /** Of the shuffling; different each time when absent, unless `setRandomSeed` was called. */
  readonly seed?: number | undefined;
}

/** Pairs of samples and labels. */
type Dataset = readonly [x: Rows, y: Rows];

export async function fit(model: AnyModel, compiled: Compiled, x: Data, y: Data, options: FitOptions): Promise<History> {
  const { epochs = 1, batchSize = 32, validationSplit = 0, shuffle = true, initialEpoch = 0, verbose = "auto" } = options;
  await ready();
  warnOfFallback();
  const all = await load("fit", x, y);
  const [train, validation] = options.validationData ? [all, await load("fit", ...options.validationData)] : splitOff(all, validationSplit);
  model.buildForRows(train[0]);

  const batches = new Batches(train, batchSize);
  const checks = validation && new Batches(validation, options.validationBatchSize ?? batchSize);
  const history = new History();
  const own = [...(options.callbacks ?? [])];
  const bar = verbose === 0 || own.some((c) => c instanceof ProgbarLogger) ? [] : [new ProgbarLogger()];
  const callbacks = new CallbackList([...own, history, ...bar], model, { verbose, epochs, steps: batches.steps });
  model.stopTraining = false;
  model.history = history;

  const random = shuffle ? (options.seed ?? nextSeed()) : 0;
  let logs: Logs = {};
  await callbacks.begin("train");
  for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
    await callbacks.epochBegin(epoch);
    const order = shuffle ? permutation(train[0].count, random + epoch) : undefined;
    logs = compiled.logs(await runEpoch("train", model, compiled, batches, callbacks, order));
    if (checks) logs = { ...logs, ...prefixed(await test(model, compiled, checks, callbacks)) };
    await callbacks.epochEnd(epoch, logs);
  }
  await callbacks.end("train", logs);
  return history;
}

/** @returns loss and metrics, in the order of `compiled.names` */
export async function evaluate(model: AnyModel, compiled: Compiled, x: Data, y: Data, options: EvaluateOptions): Promise<number[]> {
  const { batchSize = 32, verbose = "auto" } = options;
  await ready();
  const data = await load("evaluate", x, y);
  model.buildForRows(data[0]);
  const batches = new Batches(data, batchSize);
  const own = [...(options.callbacks ?? [])];
  const bar = verbose === 0 || own.some((c) => c instanceof ProgbarLogger) ? [] : [new ProgbarLogger()];
  const callbacks = new CallbackList([...own, ...bar], model, { verbose, epochs: 1, steps: batches.steps });
  await callbacks.begin("test");
  const values = await runEpoch("test", model, compiled, batches, callbacks);
  await callbacks.end("test", compiled.logs(values));
  return Array.from(values, Number);
}
async function test(model: AnyModel, compiled: Compiled, batches: Batches, callbacks: CallbackList): Promise<Logs> {
  await callbacks.begin("test");
  const logs = compiled.logs(await runEpoch("test", model, compiled, batches, callbacks));
  await callbacks.end("test", logs);
  return logs;
}
const prefixed = (logs: Logs): Logs => Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));

async function load(op: string, x: Data, y: Data): Promise<Dataset> {
  const data = [await rowsOf(op, x), await rowsOf(op, y)] as const;
  sameCount(op, ...data);
  return data;
}

/** The last samples, as they were given, for validation. */
function splitOff([x, y]: Dataset, part: number): readonly [Dataset, Dataset | undefined] {
  if (!part) return [[x, y], undefined];
  const at = Math.floor(x.count * (1 - part));
  if (!(at > 0 && at < x.count)) {
    throw new ValueError("fit", `validationSplit ${part} of ${x.count} samples leaves none for training or none for validation`, {
      hint: "Use a part between 0 and 1.",
    });
  }
  return [
    [section(x, 0, at), section(y, 0, at)],
    [section(x, at, x.count), section(y, at, y.count)],
  ];
}

function warnOfFallback(): void {
  if (!isFallback()) return;
  warnOnce(
    'fit: no backend is registered, so the reference interpreter computes, hundreds of times slower. Install @antler/backend-cpu and write import "@antler/backend-cpu/register".',
  );
}
