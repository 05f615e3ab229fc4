/** The progress bar, in Keras's form. */
import type { Writer } from "./host.ts";

export interface ProgbarOptions {
  /** How many steps there are; undefined where only the end tells. */
  readonly target: number | undefined;
  readonly writer: Writer;
  /** 1: a bar, drawn over and over on a terminal; 2: one line at the end. */
  readonly verbose: 1 | 2;
  /** Milliseconds now. */
  readonly clock: () => number;
}

const WIDTH = 20;
/** The least time between two drawings. */
const INTERVAL = 100;

export class Progbar {
  readonly #options: ProgbarOptions;
  readonly #start: number;
  #afterFirst: number | undefined;
  #drawn = Number.NEGATIVE_INFINITY;
  #seen = 0;

  constructor(options: ProgbarOptions) {
    this.#options = options;
    this.#start = options.clock();
  }

  /** Whether a drawing now would be seen: the caller reads metrics only then. */
  isDue(): boolean {
    const { verbose, writer, clock } = this.#options;
    return verbose === 1 && writer.isTerminal && clock() - this.#drawn >= INTERVAL;
  }
  /** Takes the time of a step that is not drawn. The first is not typical: it compiles. */
  tick(step: number): void {
    this.#seen = step;
    if (step === 1) this.#afterFirst = this.#options.clock();
  }
  /** Draws the bar after a step. */
  update(step: number, values: Readonly<Record<string, number>>): void {
    if (!this.isDue()) return;
    const { writer, clock } = this.#options;
    this.#drawn = clock();
    writer.write(`\r\x1b[K${this.#bar(step)} ${this.#remaining(step)}${this.#pace(step)}${metrics(values)}`);
  }
  /** Draws the last state and goes to the next line. */
  finish(values: Readonly<Record<string, number>>): void {
    const { target = this.#seen, writer, verbose, clock } = this.#options;
    const elapsed = `${((clock() - this.#start) / 1000).toFixed(0)}s`;
    const end = `${this.#pace(target)}${metrics(values)}\n`;
    if (verbose === 2) writer.write(`${count(target, target)} - ${elapsed} -${end}`);
    else writer.write(`${writer.isTerminal ? "\r\x1b[K" : ""}${this.#bar(target, target)} ${bold(elapsed, writer.isTerminal)}${end}`);
  }

  #bar(step: number, target: number | undefined = this.#options.target): string {
    const { writer } = this.#options;
    if (target === undefined) return `${String(step).padStart(7)}/Unknown`;
    const done = Math.floor((WIDTH * step) / target);
    if (!writer.isTerminal) return `${count(step, target)} ${"━".repeat(WIDTH)}`;
    const full = done > 0 ? `\x1b[32m${"━".repeat(done)}\x1b[0m` : "";
    return `${bold(count(step, target), true)} ${full}\x1b[37m${"━".repeat(WIDTH - done)}\x1b[0m`;
  }
  /** Seconds a step takes, without the first where there are more. */
  #seconds(step: number): number {
    const now = this.#options.clock();
    if (this.#afterFirst !== undefined && step > 1) return (now - this.#afterFirst) / 1000 / (step - 1);
    return step ? (now - this.#start) / 1000 / step : 0;
  }
  #remaining(step: number): string {
    const { target } = this.#options;
    return target === undefined ? "" : bold(this.#eta(target - step, step), true);
  }
  #eta(steps: number, step: number): string {
    const eta = Math.floor(this.#seconds(step) * steps);
    const two = (n: number): string => String(n).padStart(2, "0");
    if (eta > 3600) return `${Math.floor(eta / 3600)}:${two(Math.floor((eta % 3600) / 60))}:${two(eta % 60)}`;
    return eta > 60 ? `${Math.floor(eta / 60)}:${two(eta % 60)}` : `${eta}s`;
  }
  #pace(step: number): string {
    const s = this.#seconds(step);
    if (s >= 1 || s === 0) return ` ${s.toFixed(0)}s/step`;
    return s >= 1e-3 ? ` ${(s * 1e3).toFixed(0)}ms/step` : ` ${(s * 1e6).toFixed(0)}us/step`;
  }
}

const bold = (text: string, colour: boolean): string => (colour ? `\x1b[1m${text}\x1b[0m` : text);
const count = (step: number, target: number): string => `${String(step).padStart(String(target).length)}/${target}`;
const metrics = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` - ${name}: ${formatMetric(value)}`)
    .join("");

/** Four digits behind the point; small numbers as Python's `.4e`. */
export function formatMetric(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Math.abs(value) > 1e-3) return value.toFixed(4);
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}
