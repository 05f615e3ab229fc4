/** Times work in rounds: warm first, then so many calls that the clock's grain does not matter. */
import type { Work } from "./peer.ts";

const WARM_MS = 500;
const ROUND_MS = 200;

/** Runs the work until it is warm, and says how many calls make a round. */
export async function warmUp(work: Work): Promise<number> {
  const begun = performance.now();
  for (let runs = 0; runs < 2 || performance.now() - begun < WARM_MS; runs++) await work.run();
  for (let calls = 1; ; calls *= 4) {
    const ms = (await timeRound(work, calls)) * calls;
    if (ms >= ROUND_MS / 4) return Math.max(1, Math.round((calls * ROUND_MS) / ms));
  }
}

/** Milliseconds per call. */
export async function timeRound(work: Work, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const pending = work.run();
    // Awaiting what is done already would cost microseconds that are not the library's.
    if (pending) await pending;
  }
  return (performance.now() - start) / calls;
}
