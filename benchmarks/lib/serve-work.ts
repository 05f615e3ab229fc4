/** Offers a piece of work to bench.ts: a line when it is warm, then the time of a round for each line "run". */
import { createInterface } from "node:readline";
import { timeRound, warmUp } from "../work/clock.ts";
import type { Work } from "../work/peer.ts";
import { excerpt } from "../work/values.ts";

/** Prints {"version": …, "output": […]}, then {"value": …, "cpu": …}, milliseconds per call. Ends the process. */
export async function serveWork(version: string, work: Work): Promise<never> {
  const print = (answer: object): void => console.log(JSON.stringify(answer));
  const output = excerpt(await work.output());
  const calls = await warmUp(work);
  print({ version, output });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "quit") break;
    print(line === "run" ? await round(work, calls) : { error: `expected "run" or "quit", got "${line}"` });
  }
  // Workers of libraries would keep the process alive.
  process.exit(0);
}

async function round(work: Work, calls: number): Promise<{ value: number; cpu: number }> {
  const before = process.cpuUsage();
  const value = await timeRound(work, calls);
  const { user, system } = process.cpuUsage(before);
  return { value, cpu: (user + system) / 1000 / calls };
}
