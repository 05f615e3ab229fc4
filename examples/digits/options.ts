// What the command line says: the data set, and how long to train.
import { parseArgs } from "node:util";

export interface Options {
  readonly dataset: keyof typeof datasets;
  /** The folder of a data set that is not in this repository. */
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
}

/** The data sets, with what suits them. */
const datasets = {
  digits: { epochs: 10, batchSize: 32 },
  "fashion-mnist": { epochs: 3, batchSize: 64 },
};

export const HELP = `Trains a small convolutional network and prints its accuracy on images it has never seen.

  npm start
  npm start -- --dataset fashion-mnist --data <folder> [--epochs 3] [--batch-size 64]

  --dataset     digits (default) or fashion-mnist
  --data        the folder of fashion-mnist's four files: train-images-idx3-ubyte.gz and so on, compressed or not
  --epochs      how often to see every image; default 10, for fashion-mnist 3
  --batch-size  how many images make a step; default 32, for fashion-mnist 64
  --help        this text`;

/** A command line that nobody can follow. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Reads the command line. Where it asks for help, or is wrong, that is printed and the process ends. */
export function readOptions(): Options {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options) return options;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

/**
 * @returns undefined where help is asked for
 * @throws UsageError saying which argument is wrong
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { help, dataset, data, ...numbers } = parsed(args);
  if (help) return undefined;
  if (!isDataset(dataset)) throw new UsageError(`--dataset ${dataset}: expected ${Object.keys(datasets).join(" or ")}`);
  if (dataset === "digits" && data !== undefined) throw new UsageError("--data is for --dataset fashion-mnist: the digits are at hand");
  if (dataset === "fashion-mnist" && !data) throw new UsageError("--dataset fashion-mnist needs --data <folder>, where its files are");
  const usual = datasets[dataset];
  return {
    dataset,
    data: data ?? "",
    epochs: count("epochs", numbers.epochs, usual.epochs),
    batchSize: count("batch-size", numbers["batch-size"], usual.batchSize),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        dataset: { type: "string", default: "digits" },
        data: { type: "string" },
        epochs: { type: "string" },
        "batch-size": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const isDataset = (name: string): name is Options["dataset"] => Object.hasOwn(datasets, name);

function count(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new UsageError(`--${name} ${text}: expected a whole number of at least 1`);
  }
  return value;
}
