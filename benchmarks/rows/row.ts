/** What a row of the benchmark is: work, who does it, and how fast Antler must be at it. */
import type { Command } from "../lib/child.ts";
import type { PageName } from "../lib/make-peer.ts";
import type { Package } from "../lib/peers.ts";

export type Group = "training" | "inference" | "ops" | "awkward" | "fusion" | "overhead" | "webgpu";

/** What a side may lack. */
export type Need = Package | "keras" | "prototype";

/** What a side's command depends on. */
export interface Context {
  /** The folder of this suite in the checkout whose Antler is measured. */
  readonly home: URL;
  readonly threads: number;
  /** Steps of an epoch, where the models' own numbers are not wanted. */
  readonly steps: number | undefined;
  readonly python: string;
  /** A folder with Antler's packages as they are published. */
  readonly packed: () => string;
  readonly prototype: string | undefined;
}

/** One of those who do a row's work. */
export interface Side {
  /** Its column in the table. */
  readonly name: string;
  /** What it does differently from the row's title. */
  readonly label?: string;
  /** Only where this is there. */
  readonly needs?: Need;
  /** How it runs in a process; sides that only pages can do have none. */
  readonly command?: (context: Context) => Command;
  /** A new process each round, whose first line is the answer. */
  readonly fresh?: boolean;
  /** What its times are multiplied by. */
  readonly scale?: number;
  /** How it runs in a page. */
  readonly page?: { readonly peer: PageName; readonly work: string; readonly gpu?: boolean };
}

/** The slowest of `of` may take at most `ratio` times what the fastest of `to` takes, or at most `limit` of the row's unit. */
export type Bar = { readonly of: readonly string[] } & (
  | { readonly to: readonly string[]; readonly ratio: number }
  | { readonly limit: number }
);

export interface Row {
  /** What `--only` calls it. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Of what is measured, less of which is better. */
  readonly unit: "ms" | "µs" | "µs/M" | "bytes" | "MB";
  readonly sides: readonly Side[];
  readonly bar?: Bar;
  /** How far outputs may be apart: parts of the largest number, or, for losses, the difference. */
  readonly agree?: { readonly losses: number } | { readonly relative: number };
  /** Where once is enough. */
  readonly rounds?: number;
  /** Measured in pages only. */
  readonly pages?: boolean;
}
