/** What the program runs in: where lines are printed, how wide they may be, and how to give others a turn. */

/** Somewhere text goes: a terminal, where a line can be written over, or anything else. */
export interface Writer {
  /** Whether `\r` goes back to the start of the line. */
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** The little of Node that is used where it exists. */
interface NodeLike {
  readonly stdout?: { readonly isTTY?: boolean; readonly columns?: number; write?(text: string): unknown };
  readonly env?: Readonly<Record<string, string | undefined>>;
}
const node = (): NodeLike | undefined => (globalThis as { process?: NodeLike }).process;

/** Standard output where there is one, else the console, which takes whole lines. */
export function standardWriter(): Writer {
  const stdout = node()?.stdout;
  if (stdout?.write) return { isTerminal: stdout.isTTY === true, write: (text) => void stdout.write!(text) };
  let line = "";
  return {
    isTerminal: false,
    write(text) {
      const lines = (line + text).split("\n");
      line = lines.pop()!;
      for (const whole of lines) printLine(whole);
    },
  };
}

/** Prints a line, or several. */
export const printLine = (text: string): void => console.log(text);

/** How many characters a line holds: Python's rule (`COLUMNS`, else the terminal, else 80). */
export function terminalColumns(): number {
  const wanted = Number(node()?.env?.["COLUMNS"]);
  return wanted > 0 ? wanted : node()?.stdout?.columns || 80;
}

const warned = new Set<string>();
/** Tells the user something once. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(message);
}

interface Scheduling {
  setImmediate?(callback: () => void): unknown;
  readonly scheduler?: { postTask?(task: () => void): Promise<void> };
}
/** Resolves in a later turn of the event loop: timers, input, rendering and the start of workers come first, as `scheduler.yield` would not let them. */
export function nextTurn(): Promise<void> {
  const host = globalThis as Scheduling;
  if (host.setImmediate) return new Promise((resolve) => void host.setImmediate!(() => resolve()));
  if (host.scheduler?.postTask) return host.scheduler.postTask(() => {});
  return new Promise((resolve) => void setTimeout(resolve, 0));
}
