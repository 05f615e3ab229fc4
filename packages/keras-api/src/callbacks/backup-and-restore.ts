/** BackupAndRestore: training that was interrupted goes on from where it was. */
import { FormatError, fromHost, getBackend, ValueError, type Variable } from "@antler/tensor-core";
import { type Files, localFiles } from "../files.ts";
import { formatFor } from "../saving/format.ts";
import { allocate } from "../training/rows.ts";
import { Callback } from "./callback.ts";
import { EveryBatches } from "./every-batches.ts";

export interface BackupAndRestoreOptions {
  /** After each epoch, or after so many batches. Default "epoch". */
  readonly saveFreq?: "epoch" | number | undefined;
  /** Whether the folder is removed when training has come to its end. Default true. */
  readonly deleteCheckpoint?: boolean | undefined;
  /** Where the file that says what is current is kept. Default: the file system. */
  readonly files?: Files | undefined;
}

/** What the folder says of a backup. */
interface Backup {
  readonly epoch: number;
  readonly batch: number;
  readonly seed: number;
  /** The file of weights, in the same folder. */
  readonly weights: string;
  /** What metrics have collected in the epoch, and random state, in base64. */
  readonly state: readonly string[];
}

/**
 * Saves everything a run needs to go on: weights, optimizer, random state, metrics, the place in the epoch and the order of samples. A
 * `fit` with the same data and the same folder that finds a backup goes on from there, to the same numbers as without the interruption.
 * The weights get a new file each time, and one small file, written last, says which counts: whenever the program ends, there is a whole
 * backup. Needs a format for `.weights.h5`.
 * @example
 * await model.fit(x, y, { epochs: 100, callbacks: [new BackupAndRestore("backup")] });
 */
export class BackupAndRestore extends Callback {
  readonly backupDir: string;
  readonly saveFreq: "epoch" | number;
  readonly deleteCheckpoint: boolean;
  readonly #files: Files;
  readonly #batches: EveryBatches | undefined;
  #current: Backup | undefined;

  /** @throws ValueError without a folder, and for a `saveFreq` that is neither "epoch" nor a number of batches */
  constructor(backupDir: string, { saveFreq = "epoch", deleteCheckpoint = true, files = localFiles() }: BackupAndRestoreOptions = {}) {
    super();
    if (!backupDir) throw new ValueError("BackupAndRestore", "needs a folder");
    if (saveFreq !== "epoch" && !(Number.isInteger(saveFreq) && saveFreq > 0)) {
      throw new ValueError("BackupAndRestore", `saveFreq must be "epoch" or a number of batches, got ${saveFreq}`);
    }
    this.backupDir = backupDir;
    this.saveFreq = saveFreq;
    this.deleteCheckpoint = deleteCheckpoint;
    this.#files = files;
    this.#batches = saveFreq === "epoch" ? undefined : new EveryBatches(saveFreq);
  }
  #path(name: string): string {
    return `${this.backupDir}/${name}`;
  }

  override async onTrainBegin(): Promise<void> {
    formatFor("saveWeights", this.#path(`1.${WEIGHTS}`));
    const text = await this.#files.read(this.#path(METADATA));
    this.#current = text === undefined ? undefined : parsed(text, this.#path(METADATA));
    if (!this.#current) return this.#files.makeFolder(this.backupDir);
    const { epoch, batch, seed, weights, state } = this.#current;
    await this.model.loadWeights(this.#path(weights));
    restore(this.#others(), state);
    this.model.progress = { epoch, batch, seed };
  }
  override async onEpochEnd(): Promise<void> {
    if (!this.#batches) await this.#save();
  }
  override wantsBatchEnd(mode: "train" | "test", batch: number): boolean {
    return mode === "train" && (this.#batches?.isDue(batch) ?? false);
  }
  override async onTrainBatchEnd(): Promise<void> {
    await this.#save();
  }
  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await this.#files.remove(this.backupDir);
  }

  async #save(): Promise<void> {
    const before = this.#current;
    const weights = `${Number.parseInt(before?.weights ?? "0", 10) + 1}.${WEIGHTS}`;
    await this.model.saveWeights(this.#path(weights));
    const state = await Promise.all(this.#others().map(bytesOf));
    this.#current = { ...this.model.progress!, weights, state };
    await this.#files.write(this.#path(METADATA), JSON.stringify(this.#current));
    if (before) await this.#files.remove(this.#path(before.weights));
  }
  /** What files of weights do not hold: metrics, and random state. */
  #others(): readonly Variable[] {
    const weights = new Set(this.model.weights);
    return [...this.model.metrics.flatMap((m) => m.variables), ...this.model.variables.filter((v) => !weights.has(v))];
  }
}

const METADATA = "training_metadata.json";
const WEIGHTS = "weights.h5";

function parsed(text: string, path: string): Backup {
  try {
    const found = JSON.parse(text) as Backup;
    if (typeof found.weights === "string" && Number.isInteger(found.epoch) && Array.isArray(found.state)) return found;
  } catch {
    // Told below, with the path.
  }
  throw new FormatError("BackupAndRestore", `"${path}" describes no backup`, { hint: "Remove the folder to begin anew." });
}

async function bytesOf(v: Variable): Promise<string> {
  const value = v.value;
  const data = await value.data();
  value.dispose();
  return btoa(Array.from(new Uint8Array(data.buffer), (byte) => String.fromCharCode(byte)).join(""));
}
/** State that the model has no more, or not yet, begins here. */
function restore(variables: readonly Variable[], saved: readonly string[]): void {
  if (saved.length !== variables.length) return;
  variables.forEach((v, i) => {
    const data = allocate(
      v.dtype,
      v.shape.reduce((a, b) => a * b, 1),
    );
    new Uint8Array(data.buffer).set(Uint8Array.from(atob(saved[i]!), (c) => c.charCodeAt(0)));
    const value = fromHost(data, v.shape, v.dtype, getBackend());
    v.assign(value);
    value.dispose();
  });
}

/**
 * Training that was interrupted goes on from where it was.
 * @example
 * callbacks.backupAndRestore("backup", { saveFreq: 1000 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const backupAndRestore = (backupDir: string, options?: BackupAndRestoreOptions): BackupAndRestore =>
  new BackupAndRestore(backupDir, options);
