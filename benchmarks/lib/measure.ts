/** Measures a row: starts its sides one after the other, compares what they compute, and lets them take turns. */
import type { Context, Need, Row, Side } from "../rows/row.ts";
import { distance } from "../work/values.ts";
import { type Answer, answerOf, type Child, type Command, pinned, startChild } from "./child.ts";
import type { RowResult, SideResult } from "./results.ts";

/** A side that has taken longer than this takes no more turns, once it has had three. */
const PATIENCE_MS = 30_000;
const ENOUGH = 3;

export interface Measuring {
  readonly rounds: number;
  readonly context: Context;
  /** Why something is not there. */
  readonly lacking: (need: Need) => string | undefined;
  /** Starts a side elsewhere than in a process of Node. */
  readonly start?: (side: Side) => Promise<Child>;
}

type Stamp = Pick<RowResult, "date" | "commit">;

export async function measure(row: Row, options: Measuring, stamp: Stamp): Promise<RowResult> {
  const runners: Runner[] = [];
  try {
    // One after the other: what one does to get warm must not slow the next.
    for (const side of row.sides) runners.push(await Runner.start(side, options));
    for (let round = 0; round < (row.rounds ?? options.rounds); round++) for (const runner of runners) await runner.turn();
  } finally {
    for (const { child } of runners) await child?.stop();
  }
  const { id, group, title, unit, bar, agree } = row;
  const expected = runners.find(({ output }) => output)?.output;
  const far = (output: readonly number[] | undefined): object =>
    agree && expected && output ? { distance: apart(agree, expected, output) } : {};
  return {
    ...{ id, group, title, unit, ...stamp },
    sides: runners.map((runner) => ({ ...runner.result(), ...far(runner.output) })),
    ...(agree && { tolerance: "losses" in agree ? agree.losses : agree.relative }),
    ...(bar && { bar }),
  };
}

function apart(agree: NonNullable<Row["agree"]>, a: readonly number[], b: readonly number[]): number {
  if ("relative" in agree) return distance(a, b);
  // Some give only the first few; none at all is no agreement.
  return b.length === 0 ? Number.NaN : Math.max(...b.map((loss, i) => Math.abs(loss - a[i]!)));
}

/** A side and its child. */
class Runner {
  readonly side: Side;
  child: Child | undefined;
  #samples: number[] = [];
  #cpu: number[] = [];
  #about: Answer = {};
  #spent = 0;
  #missing: string | undefined;

  private constructor(side: Side) {
    this.side = side;
  }
  static async start(side: Side, { context, lacking, start }: Measuring): Promise<Runner> {
    const runner = new Runner(side);
    runner.#missing = side.needs && lacking(side.needs);
    if (runner.#missing !== undefined) return runner;
    try {
      const command = (): Command => pinned(side.command!(context), context.threads);
      runner.child = start ? await start(side) : side.fresh ? freshChild(command) : await startChild(command());
      runner.#about = runner.child.about;
    } catch (error) {
      runner.#missing = reason(error);
    }
    return runner;
  }
  get output(): readonly number[] | undefined {
    return this.#about["output"] as readonly number[] | undefined;
  }
  async turn(): Promise<void> {
    if (!this.child || (this.#spent > PATIENCE_MS && this.#samples.length >= ENOUGH)) return;
    const begun = performance.now();
    try {
      const answer = await this.child.ask("run");
      const { value, cpu, version } = answer;
      if (version !== undefined) this.#about = answer;
      this.#samples.push(this.#scaled(value));
      if (cpu !== undefined) this.#cpu.push(this.#scaled(cpu));
    } catch (error) {
      this.#missing = reason(error);
      this.child = undefined;
    }
    this.#spent += performance.now() - begun;
  }
  /** In the row's unit; more digits than these are noise. */
  #scaled(value: unknown): number {
    return Number(((value as number) * (this.side.scale ?? 1)).toPrecision(5));
  }
  result(): SideResult {
    const { name, label } = this.side;
    const version = this.#about["version"] as string | undefined;
    const { counts, adapter } = this.#about as Pick<SideResult, "counts" | "adapter">;
    const gpu = { ...(counts && { counts }), ...(adapter !== undefined && { adapter }) };
    const common = { name, ...(label && { label }), ...(version !== undefined && { version }), ...gpu };
    if (this.#missing !== undefined) return { ...common, samples: [], cpu: [], missing: withoutFolders(this.#missing) };
    return { ...common, samples: this.#samples, cpu: this.#cpu };
  }
}

/** A process of its own each time. */
const freshChild = (command: () => Command): Child => ({
  about: {},
  ask: () => answerOf(command()),
  stop: async () => {},
});

/** Results are published: where things lie on this machine is nobody's business. */
export const withoutFolders = (text: string): string => text.replace(/(?:file:\/\/)?(?:\/[^\s/:'"]+)+\/([^\s/:'"]+)/g, "$1");

/** The line of a complaint that says what happened: of a stack trace, the one with the error. */
function reason(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /^(\w*Error|TypeError|SystemExit)\b.*: /.test(line)) ?? lines.find((line) => /error/i.test(line));
  return (telling ?? lines[0] ?? "failed").slice(0, 200);
}
