/** What runs in a page on a GPU: a page like the others, that also counts what its library asks of the GPU. */
import type { Counts } from "../lib/results.ts";
import type { Peer, PeerOptions } from "../work/peer.ts";
import { type Meter, meterGpu } from "./gpu-meter.ts";
import { offer } from "./page.ts";

type Tally = Meter & { readonly hostSteps: number };

/** As `offer`, for a peer that computes on the GPU. */
export function offerOnGpu(makePeer: (options: PeerOptions) => Peer | Promise<Peer>): void {
  const meter = meterGpu();
  offer(makePeer, async (work, peer) => {
    const tally = (): Tally => ({ ...meter(), hostSteps: peer.hostSteps?.() ?? 0 });
    const counts = work.epoch && (await countSteps(work.epoch, tally));
    const { hostSteps, ...rest } = counts ?? {};
    return {
      adapter: await adapterName(),
      ...(counts && { counts: { ...rest, ...(peer.hostSteps && { hostSteps }) } }),
    };
  });
}

/** What an epoch costs however long it is, is no part of a step: it is the same in a short one and in one of twice its length. */
export async function countSteps(epoch: (steps: number) => Promise<void>, tally: () => Tally): Promise<Counts> {
  const during = async (steps: number): Promise<Tally> => {
    const before = tally();
    await epoch(steps);
    return difference(tally(), before);
  };
  const first = await during(1);
  // Uploads what they learn from, which may wait until it is used.
  const later = [await during(SHORT), await during(2 * SHORT)];
  const [short, long] = [await during(SHORT), await during(2 * SHORT)];
  const { pipelines: _, ...each } = mapped(difference(long, short), (x) => x / SHORT);
  return {
    ...each,
    firstPipelines: first.pipelines,
    laterPipelines: [...later, short, long].reduce((sum, { pipelines }) => sum + pipelines, 0),
    epochReads: 2 * short.reads - long.reads,
  };
}
const SHORT = 2;

const difference = (a: Tally, b: Tally): Tally => mapped(a, (x, name) => x - b[name]);
const mapped = (tally: Tally, change: (x: number, name: keyof Tally) => number): Tally =>
  Object.fromEntries(Object.entries(tally).map(([name, x]) => [name, change(x, name as keyof Tally)])) as unknown as Tally;

async function adapterName(): Promise<string> {
  const { vendor, architecture, device, description } = (await navigator.gpu.requestAdapter())!.info;
  return [...new Set([vendor, architecture, device, description])].filter(Boolean).join(" ");
}
