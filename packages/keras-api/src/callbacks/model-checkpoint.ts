/** ModelCheckpoint: saves the model, or its weights, while it trains. */
import { ValueError } from "@antler/tensor-core";
import { type Files, folderOf, localFiles } from "../files.ts";
import { printLine } from "../host.ts";
import { formatFor } from "../saving/format.ts";
import type { Logs } from "./callback.ts";
import { EveryBatches } from "./every-batches.ts";
import { MonitorCallback, type MonitorOptions } from "./monitor.ts";
import { fillTemplate } from "./template.ts";

export interface ModelCheckpointOptions extends Omit<MonitorOptions, "minDelta"> {
  /** Whether only what is better than all before is saved. Default false. */
  readonly saveBestOnly?: boolean | undefined;
  /** Whether only weights are saved, with the optimizer's state. Default false: the whole model. */
  readonly saveWeightsOnly?: boolean | undefined;
  /** After each epoch, or after so many batches. Default "epoch". */
  readonly saveFreq?: "epoch" | number | undefined;
  /** What the first must be better than. */
  readonly initialValueThreshold?: number | null | undefined;
  /** 1 tells of each file. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** Where folders are made. Default: the file system. */
  readonly files?: Pick<Files, "makeFolder"> | undefined;
}

/**
 * Saves the model while it trains. The path may have places for the epoch and the batch, counted from 1, and for logs.
 * @example
 * new ModelCheckpoint("models/{epoch:02d}-{val_loss:.2f}.keras", { saveBestOnly: true });
 */
export class ModelCheckpoint extends MonitorCallback {
  readonly filepath: string;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: "epoch" | number;
  readonly #threshold: number | null;
  readonly #verbose: 0 | 1;
  readonly #files: Pick<Files, "makeFolder">;
  readonly #batches: EveryBatches | undefined;
  #epoch = 0;

  /** @throws ValueError for a `saveFreq` that is neither "epoch" nor a number of batches */
  constructor(filepath: string, options: ModelCheckpointOptions = {}) {
    super(options);
    const { saveFreq = "epoch" } = options;
    if (saveFreq !== "epoch" && !(Number.isInteger(saveFreq) && saveFreq > 0)) {
      throw new ValueError("ModelCheckpoint", `saveFreq must be "epoch" or a number of batches, got ${saveFreq}`);
    }
    this.filepath = filepath;
    this.saveBestOnly = options.saveBestOnly ?? false;
    this.saveWeightsOnly = options.saveWeightsOnly ?? false;
    this.saveFreq = saveFreq;
    this.#threshold = options.initialValueThreshold ?? null;
    this.#verbose = options.verbose ?? 0;
    this.#files = options.files ?? localFiles();
    this.#batches = saveFreq === "epoch" ? undefined : new EveryBatches(saveFreq);
    this.best = this.#threshold;
  }

  /** @throws ValueError where no format is registered for the path: now, not after an epoch of work */
  override onTrainBegin(): void {
    formatFor(this.saveWeightsOnly ? "saveWeights" : "saveModel", this.filepath);
  }
  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (!this.#batches) await this.#save({ ...logs, epoch: epoch + 1 }, logs);
  }
  override wantsBatchEnd(mode: "train" | "test", batch: number): boolean {
    return mode === "train" && (this.#batches?.isDue(batch) ?? false);
  }
  override async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    await this.#save({ batch: batch + 1, ...logs, epoch: this.#epoch + 1 }, logs);
  }

  async #save(places: Logs, logs: Logs): Promise<void> {
    const path = fillTemplate(this.filepath, places);
    if (!this.#isWanted(path, logs)) return;
    const folder = folderOf(path);
    if (folder) await this.#files.makeFolder(folder);
    if (this.saveWeightsOnly) await this.model.saveWeights(path);
    else await this.model.save(path);
    this.#say(`finished saving model to ${path}`);
  }
  #isWanted(path: string, logs: Logs): boolean {
    const value = this.saveBestOnly ? this.watched(logs) : undefined;
    if (value === undefined) {
      this.#say(`saving model to ${path}`);
      return true;
    }
    const before = this.best === null ? "None" : this.best.toFixed(5);
    if (!this.isBetter(value, this.best)) {
      this.#say(`${this.monitor} did not improve from ${before}`);
      return false;
    }
    this.#say(`${this.monitor} improved from ${before} to ${value.toFixed(5)}, saving model to ${path}`);
    this.best = value;
    return true;
  }
  #say(what: string): void {
    if (this.#verbose) printLine(`\nEpoch ${this.#epoch + 1}: ${what}`);
  }
}

/**
 * Saves the model while it trains.
 * @example
 * callbacks.modelCheckpoint("best.keras", { monitor: "val_accuracy", saveBestOnly: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const modelCheckpoint = (filepath: string, options?: ModelCheckpointOptions): ModelCheckpoint =>
  new ModelCheckpoint(filepath, options);
