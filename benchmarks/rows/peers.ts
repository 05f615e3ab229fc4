/** Sides that do a computation with one of the libraries. */
import { nodeCommand } from "../lib/child.ts";
import type { PeerName } from "../lib/make-peer.ts";
import type { Need, Side } from "./row.ts";

/** Antler's side of other benchmarks is measured from the checkout in question. */
export const ANTLER = "Antler";

interface Offer {
  readonly peer: PeerName;
  readonly name: string;
  readonly needs?: Need;
  readonly page: boolean;
}
const offers: readonly Offer[] = [
  { peer: "antler", name: ANTLER, page: true },
  { peer: "tfjs-cpu", name: "tfjs cpu", needs: "tfjs", page: false },
  { peer: "tfjs-wasm", name: "tfjs wasm", needs: "tfjs", page: true },
  { peer: "jax-js", name: "jax-js", needs: "jax-js", page: true },
  { peer: "onnxruntime-web", name: "ORT web", needs: "onnxruntime-web", page: true },
  { peer: "onnxruntime-node", name: "ORT native", needs: "onnxruntime-node", page: false },
];
/** What runs wherever JavaScript runs: these, Antler must beat. */
export const JAVASCRIPT: readonly string[] = ["tfjs cpu", "tfjs wasm", "jax-js", "ORT web"];

/** The sides of those who do it, in the usual order. */
export function peers(work: string, names: readonly PeerName[] = offers.map((offer) => offer.peer)): Side[] {
  return offers
    .filter(({ peer }) => names.includes(peer))
    .map(({ peer, name, needs, page }) => ({
      name,
      ...(needs && { needs }),
      ...(page && { page: { peer, work } }),
      command: ({ home, threads }) => nodeCommand(new URL("serve.ts", home), "--peer", peer, "--work", work, "--threads", `${threads}`),
    }));
}
