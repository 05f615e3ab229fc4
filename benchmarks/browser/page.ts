/** What runs in a page: a peer, prepared to do one piece of work whenever it is asked. */
import { timeRound, warmUp } from "../work/clock.ts";
import { workOf } from "../work/index.ts";
import type { Peer, PeerOptions, Work } from "../work/peer.ts";
import { excerpt } from "../work/values.ts";

/** What the page offers to the program that opened it. */
export interface Bench {
  /** What a child of bench.ts says about itself. */
  readonly about: Promise<{ version: string; output: number[] }>;
  /** Milliseconds per call of one round. */
  round(): Promise<{ value: number }>;
}

/** The page's address says which work, and on how many threads. */
export function offer(makePeer: (options: PeerOptions) => Peer | Promise<Peer>): void {
  const query = new URLSearchParams(location.search);
  const prepared = prepare(makePeer, query.get("work")!, Number(query.get("threads")));
  const bench: Bench = {
    about: prepared.then(({ version, output }) => ({ version, output })),
    async round() {
      const { work, calls } = await prepared;
      return { value: await timeRound(work, calls) };
    },
  };
  Object.assign(globalThis, { bench });
}

interface Prepared {
  readonly version: string;
  readonly work: Work;
  readonly output: number[];
  readonly calls: number;
}
async function prepare(makePeer: (options: PeerOptions) => Peer | Promise<Peer>, name: string, threads: number): Promise<Prepared> {
  const peer = await makePeer({ threads });
  const work = await workOf(peer, name);
  const output = excerpt(await work.output());
  return { version: peer.version, work, output, calls: await warmUp(work) };
}
