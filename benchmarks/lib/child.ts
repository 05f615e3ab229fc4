// A child process that answers each line on its stdin with a line of JSON, the first one when it is ready.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A command and its arguments. */
export type Command = readonly [program: string, ...args: string[]];
export type Answer = Readonly<Record<string, unknown>>;

export interface Child {
  /** What it said about itself when it was ready. */
  readonly about: Answer;
  /**
   * Sends a line and waits for its answer.
   * @throws Error with what the child wrote to stderr, where it ended instead
   */
  ask(line: string): Promise<Answer>;
  /** Lets it end. */
  stop(): Promise<void>;
}

/** Who has not answered after so long hangs. */
export const PATIENCE_MS = 120_000;

/** Starts a command and waits until it is ready. */
export async function startChild([program, ...args]: Command): Promise<Child> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (complaints += text));
  child.on("error", (error) => void (complaints += error.message));
  // Writing to a child that has ended is noticed by the missing answer.
  child.stdin.on("error", () => {});
  const ended = once(child, "close").catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function next(): Promise<Answer> {
    const timer = setTimeout(() => {
      complaints += `\nError: no answer within ${PATIENCE_MS / 1000} s`;
      child.kill("SIGKILL");
    }, PATIENCE_MS);
    try {
      return await answer();
    } finally {
      clearTimeout(timer);
    }
  }
  async function answer(): Promise<Answer> {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) {
        await ended;
        throw new Error(`${[program, ...args].join(" ")}\nended early:\n${complaints.trim() || "it said nothing"}`);
      }
      // Libraries may greet on stdout.
      if (!value.startsWith("{")) continue;
      const answer = JSON.parse(value) as Answer;
      if ("error" in answer) throw new Error(`${program}: ${answer["error"]}`);
      return answer;
    }
  }
  return {
    about: await next(),
    ask(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
    async stop() {
      child.stdin.end("quit\n");
      await ended;
    },
  };
}

/** Runs a command that prints one line of JSON. */
export async function answerOf(command: Command): Promise<Answer> {
  const child = await startChild(command);
  await child.stop();
  return child.about;
}

/** A TypeScript file as a command of the Node that runs this. */
export const nodeCommand = (file: URL, ...args: string[]): Command => [process.execPath, file.pathname, ...args];

/** The command on the first `count` of the cores this process may use; as it is where the system cannot do that. */
export function pinned(command: Command, count: number): Command {
  const cores = allowedCores();
  if (!cores || spawnSync("taskset", ["--version"]).status !== 0) return command;
  if (cores.length < count) throw new Error(`--threads ${count}: only ${cores.length} cores allowed`);
  return ["taskset", "--cpu-list", cores.slice(0, count).join(), ...command];
}

function allowedCores(): number[] | undefined {
  const file = "/proc/self/status";
  const list = existsSync(file) ? /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  return list?.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}
