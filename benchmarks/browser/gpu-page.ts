/** What runs in a page on a GPU: a page like the others, that also counts what its library asks of the GPU. */
import type { Peer, PeerOptions } from "../work/peer.ts";
import { countSteps, type Tally } from "./count-steps.ts";
import { meterGpu } from "./gpu-meter.ts";
import { offer } from "./page.ts";

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

async function adapterName(): Promise<string> {
  const { vendor, architecture, device, description } = (await navigator.gpu.requestAdapter())!.info;
  return [...new Set([vendor, architecture, device, description])].filter(Boolean).join(" ");
}
