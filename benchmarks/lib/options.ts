/** The command line of `pnpm bench`. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { python } from "../../scripts/lib/python.ts";

export interface Options {
  /** Rows, groups, or beginnings of rows' ids; none for all. */
  readonly only: readonly string[];
  readonly threads: number;
  readonly rounds: number;
  readonly steps: number | undefined;
  readonly against: string | undefined;
  readonly browser: boolean;
  readonly prototype: string | undefined;
  readonly python: string;
  readonly peers: boolean;
  readonly check: boolean;
  readonly write: boolean;
}

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      threads: { type: "string", default: `${Math.min(2, availableParallelism())}` },
      rounds: { type: "string" },
      steps: { type: "string" },
      quick: { type: "boolean", default: false },
      against: { type: "string" },
      browser: { type: "boolean", default: false },
      prototype: { type: "string" },
      python: { type: "string", default: python },
      peers: { type: "boolean", default: true },
      check: { type: "boolean", default: false },
      // Few rounds are for a look, not for the record.
      write: { type: "boolean" },
    },
  });
  const { quick, against, browser } = values;
  if (against !== undefined && browser) throw new Error("--against and --browser: one at a time");
  return {
    only: values.only,
    threads: whole("threads", values.threads),
    rounds: whole("rounds", values.rounds ?? (quick ? "3" : "9")),
    steps: values.steps === undefined ? (quick ? 5 : undefined) : whole("steps", values.steps),
    against,
    browser,
    prototype: values.prototype,
    python: values.python,
    peers: values.peers && against === undefined,
    check: values.check,
    write: !browser && against === undefined && (values.write ?? (!quick && values.peers)),
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text}: expected a whole number of at least 1`);
  return value;
}
