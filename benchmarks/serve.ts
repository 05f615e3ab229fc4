/**
 * Does one piece of work with one library, on demand: a child of bench.ts.
 *
 * node benchmarks/serve.ts --peer tfjs-wasm --work matmul-512 --threads 2
 */
import { parseArgs } from "node:util";
import { makePeer, type PeerName } from "./lib/make-peer.ts";
import { serveWork } from "./lib/serve-work.ts";
import { workOf } from "./work/index.ts";

const { values } = parseArgs({
  options: { peer: { type: "string" }, work: { type: "string" }, threads: { type: "string", default: "1" } },
});
const peer = await makePeer(values.peer as PeerName, { threads: Number(values.threads) });
await serveWork(peer.version, await workOf(peer, values.work ?? ""));
