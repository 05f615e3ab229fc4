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

type MakePeer = (options: PeerOptions) => Peer | Promise<Peer>;
/** Watches work from its first call on; what it gives is said about the page. */
type Observe = (work: Work, peer: Peer) => Promise<object>;

/** The page's address says which work, and on how many threads. */
export function offer(makePeer: MakePeer, observe?: Observe): void {
  const prepared = prepare(makePeer, new URLSearchParams(location.search), observe);
  const bench: Bench = {
    about: prepared.then(({ about }) => about),
    async round() {
      const { work, calls } = await prepared;
      return { value: await timeRound(work, calls) };
    },
  };
  Object.assign(globalThis, { bench });
}

interface Prepared {
  readonly about: Awaited<Bench["about"]>;
  readonly work: Work;
  readonly calls: number;
}
async function prepare(makePeer: MakePeer, query: URLSearchParams, observe?: Observe): Promise<Prepared> {
  const peer = await makePeer({ threads: Number(query.get("threads")) });
  const work = await workOf(peer, query.get("work")!);
  const observed = await observe?.(work, peer);
  const output = excerpt(await work.output());
  return { about: { version: peer.version, output, ...observed }, work, calls: await warmUp(work) };
}
