/** fit and evaluate: epochs, validation and callbacks around the compiled steps. */
import { isFallback, ValueError } from "@antler/tensor-core";
import type { Callback, Logs, Verbosity } from "../callbacks/callback.ts";
import { CallbackList } from "../callbacks/callback-list.ts";
import { History } from "../callbacks/history.ts";
import { ProgbarLogger } from "../callbacks/progbar-logger.ts";
import { warnOnce } from "../host.ts";
import type { AnyModel } from "../models/model.ts";
import { nextSeed } from "../seed.ts";
import { Batches } from "./batches.ts";
import { type ClassWeight, withClassWeight } from "./class-weight.ts";
import { type Compiled, sortedLogs } from "./compiled.ts";
import { sourceOf, type ValidationData, validationParts } from "./data.ts";
import { type Dataset, isDataset } from "./dataset.ts";
import { runEpoch } from "./epoch.ts";
import { Feed } from "./feed.ts";
import { type Given, type Inputs, splitOff, withTable } from "./layout.ts";
import { isDue } from "./progress.ts";
import type { Source } from "./source.ts";

export interface EvaluateOptions {
  /** Default 32. Batches that are given keep their sizes. */
  readonly batchSize?: number | undefined;
  /** 0: silent, 1: a bar, 2: one line. Default "auto", a bar. */
  readonly verbose?: Verbosity | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  /** What each sample counts; with several outputs for all, or for each. */
  readonly sampleWeight?: Inputs | undefined;
  /** How many batches are taken. Default: all. */
  readonly steps?: number | undefined;
}
export interface FitOptions extends Omit<EvaluateOptions, "steps"> {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** The part held back for validation: the last samples, before any shuffling. Default 0. */
  readonly validationSplit?: number | undefined;
  /** Samples, labels and weights for validation, instead of a part of the others; or batches of them. */
  readonly validationData?: ValidationData | undefined;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number | undefined;
  /** How many batches each validation takes, from the first on. Default: all. */
  readonly validationSteps?: number | undefined;
  /** After every so many epochs, or after these ones, counted from 1. Default 1. */
  readonly validationFreq?: number | readonly number[] | undefined;
  /** Whether each epoch takes the samples in another order. Batches that are given keep theirs. Default true. */
  readonly shuffle?: boolean | undefined;
  /** What samples of a class count, by the class's number. For a single output. */
  readonly classWeight?: ClassWeight | undefined;
  /** The number of the first epoch, for going on. Default 0. */
  readonly initialEpoch?: number | undefined;
  /** How many batches make an epoch; the next one goes on behind them. Default: all. */
  readonly stepsPerEpoch?: number | undefined;
  /** Of the shuffling; different each time when absent, unless `setRandomSeed` was called. */
  readonly seed?: number | undefined;
}

export async function fit(
  model: AnyModel,
  compiled: Compiled,
  x: Inputs | Dataset,
  y: Inputs | null | undefined,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, verbose = "auto" } = options;
  if (!(epochs >= 0) || epochs % 1 > 0) throw new ValueError("fit", `epochs must be a whole number, got ${epochs}`);
  checkSteps("fit", "stepsPerEpoch", options.stepsPerEpoch);
  checkSteps("fit", "validationSteps", options.validationSteps);
  const sources = await sourcesOf(model, x, y, options);
  warnOfFallback();
  const feed = new Feed(sources.train, { steps: options.stepsPerEpoch, from: "last" });
  const checks = sources.validation && new Feed(sources.validation, { steps: options.validationSteps, from: "start" });
  try {
    await prepare(model, compiled, feed);
    const history = new History();
    const params = { verbose, epochs, steps: feed.steps ?? null };
    const callbacks = new CallbackList([...withProgress(options), history], model, params);
    model.stopTraining = false;
    model.history = history;
    const first = { epoch: initialEpoch, batch: 0, seed: options.seed ?? (options.shuffle === false ? 0 : nextSeed()) };
    model.progress = first;
    let logs: Logs = {};
    await callbacks.begin("train");
    // A callback may have moved it: training that was interrupted goes on from there.
    const start = model.progress;
    for (let epoch = start.epoch; epoch < epochs && !model.stopTraining; epoch++) {
      const from = epoch === start.epoch ? start.batch : 0;
      model.progress = { ...start, epoch, batch: from };
      if (from === 0) model.resetMetrics();
      await callbacks.epochBegin(epoch);
      if (start !== first && epoch === start.epoch) await feed.resume({ first: initialEpoch, now: epoch }, from);
      else feed.begin(epoch);
      logs = compiled.logs("train", await runEpoch({ mode: "train", model, compiled, feed, callbacks, from }));
      if (checks && isDue(epoch, options.validationFreq)) {
        logs = sortedLogs([...Object.entries(logs), ...prefixed(await test(model, compiled, checks, callbacks))]);
      }
      model.progress = { ...start, epoch: epoch + 1, batch: 0 };
      await callbacks.epochEnd(epoch, logs);
    }
    if (epochs > initialEpoch) compiled.optimizer.finalizeVariableValues(model.trainableWeights);
    await callbacks.end("train", logs);
    return history;
  } finally {
    await feed.close();
    await checks?.close();
    model.progress = undefined;
  }
}

interface Sources {
  readonly train: Source;
  readonly validation: Source | undefined;
}
async function sourcesOf(model: AnyModel, x: Inputs | Dataset, y: Inputs | null | undefined, options: FitOptions): Promise<Sources> {
  const { batchSize = 32, validationBatchSize = batchSize, validationSplit = 0, validationData, classWeight, shuffle = true } = options;
  const given = [x, y, options.sampleWeight] as const;
  const validation = validationData && (await sourceOf("fit", model, validationParts(validationData), { batchSize: validationBatchSize }));
  try {
    if (isDataset(x)) return { train: await sourceOf("fit", model, given, { batchSize, classWeight }), validation };
    return await withTable("fit", given as Given, model.ends, { readLabels: !!classWeight }, (all) => {
      const [rest, last] = validationData ? [all, undefined] : splitOff(all, validationSplit);
      const seed = shuffle ? () => model.progress?.seed ?? 0 : undefined;
      return {
        train: new Batches(withClassWeight(rest, classWeight), batchSize, seed),
        validation: validation ?? (last && new Batches(last, validationBatchSize)),
      };
    });
  } catch (error) {
    await validation?.close();
    throw error;
  }
}

/** Makes weights, metrics, the optimizer's state and the program before anyone is told that training begins. */
async function prepare(model: AnyModel, compiled: Compiled, feed: Feed): Promise<void> {
  const sample = await feed.sample();
  if (!sample) return;
  try {
    model.buildForBatch(sample.data[0]);
    await compiled.prepare("train", sample.data);
  } finally {
    sample.dispose();
  }
}

export async function evaluate(
  model: AnyModel,
  compiled: Compiled,
  x: Inputs | Dataset,
  y: Inputs | null | undefined,
  options: EvaluateOptions,
): Promise<Logs> {
  const { batchSize = 32, verbose = "auto", steps, sampleWeight } = options;
  checkSteps("evaluate", "steps", steps);
  const feed = new Feed(await sourceOf("evaluate", model, [x, y, sampleWeight], { batchSize }), { steps, from: "start" });
  try {
    const sample = model.built ? undefined : await feed.sample();
    if (sample) model.buildForBatch(sample.data[0]);
    sample?.dispose();
    const callbacks = new CallbackList(withProgress(options), model, { verbose, epochs: 1, steps: feed.steps ?? null });
    return await test(model, compiled, feed, callbacks);
  } finally {
    await feed.close();
  }
}
async function test(model: AnyModel, compiled: Compiled, feed: Feed, callbacks: CallbackList): Promise<Logs> {
  model.stopEvaluating = false;
  await callbacks.begin("test");
  model.resetMetrics();
  feed.begin(0);
  const logs = compiled.logs("test", await runEpoch({ mode: "test", model, compiled, feed, callbacks }));
  await callbacks.end("test", logs);
  return logs;
}
const prefixed = (logs: Logs): (readonly [string, number])[] => Object.entries(logs).map(([name, value]) => [`val_${name}`, value]);

function checkSteps(op: string, name: string, steps: number | null | undefined): void {
  if (steps === undefined || steps === null || (Number.isInteger(steps) && steps > 0)) return;
  throw new ValueError(op, `${name} must be a positive integer, got ${steps}`);
}

/** The callbacks given, and a progress bar where one is wanted and none is among them. */
function withProgress({ callbacks = [], verbose = "auto" }: EvaluateOptions | FitOptions): readonly Callback[] {
  return verbose === 0 || callbacks.some((c) => c instanceof ProgbarLogger) ? callbacks : [...callbacks, new ProgbarLogger()];
}

function warnOfFallback(): void {
  if (!isFallback()) return;
  warnOnce(
    'fit: no backend is registered, so the reference interpreter computes, hundreds of times slower. Install @antler/backend-cpu and write import "@antler/backend-cpu/register".',
  );
}
