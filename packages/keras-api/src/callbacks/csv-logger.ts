/** CSVLogger: a file with a line for each epoch. */
import { type Files, localFiles } from "../files.ts";
import { Callback, type Logs } from "./callback.ts";

export interface CSVLoggerOptions {
  /** What stands between two values. Default ",". */
  readonly separator?: string | undefined;
  /** Whether lines are added to a file that exists. Default false: it is replaced. */
  readonly append?: boolean | undefined;
  /** Where the file is kept. Default: the file system. */
  readonly files?: Files | undefined;
}

/**
 * Writes a line for each epoch: its number, then loss and metrics by name.
 * @example
 * await model.fit(x, y, { epochs: 10, callbacks: [new CSVLogger("training.csv")] });
 */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly #separator: string;
  readonly #append: boolean;
  readonly #files: Files;
  #keys: readonly string[] | undefined;
  #hasHeader = false;

  constructor(filename: string, { separator = ",", append = false, files = localFiles() }: CSVLoggerOptions = {}) {
    super();
    this.filename = filename;
    this.#separator = separator;
    this.#append = append;
    this.#files = files;
  }

  override async onTrainBegin(): Promise<void> {
    this.#keys = undefined;
    this.#hasHeader = this.#append && ((await this.#files.read(this.filename)) ?? "") !== "";
    if (!this.#append) await this.#files.write(this.filename, "");
  }
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#keys ??= columnsOf(logs);
    const row = this.#line([String(epoch), ...this.#keys.map((key) => (logs[key] === undefined ? "NA" : show(logs[key])))]);
    await this.#files.append(this.filename, this.#hasHeader ? row : this.#line(["epoch", ...this.#keys]) + row);
    this.#hasHeader = true;
  }
  #line(cells: readonly string[]): string {
    const quoted = cells.map((c) => (/["\r\n]/.test(c) || c.includes(this.#separator) ? `"${c.replaceAll('"', '""')}"` : c));
    return `${quoted.join(this.#separator)}\r\n`;
  }
}

/** Places for validation are kept where there was none in the first epoch: it may come later. */
function columnsOf(logs: Logs): readonly string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith("val_")) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}
/** As Python writes what is no finite number. */
const show = (value: number): string => (Number.isFinite(value) ? String(value) : String(value).toLowerCase().replace("infinity", "inf"));

/**
 * Writes a line for each epoch.
 * @example
 * callbacks.csvLogger("training.csv", { append: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const csvLogger = (filename: string, options?: CSVLoggerOptions): CSVLogger => new CSVLogger(filename, options);
