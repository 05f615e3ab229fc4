/** What everything around the arithmetic costs. */
import { nodeCommand } from "../lib/child.ts";
import { peersFolder } from "../lib/peers.ts";
import { ANTLER } from "./peers.ts";
import type { Row, Side } from "./row.ts";

const endurance = (measure: "bytes" | "rss"): Side => ({
  name: ANTLER,
  command: ({ home, threads }) => nodeCommand(new URL("antler/endurance.ts", home), "--measure", measure, "--threads", `${threads}`),
  fresh: true,
});
const start = (library: "antler" | "jax-js"): Pick<Side, "command" | "fresh"> => ({
  command: ({ packed }) =>
    nodeCommand(new URL("../startup.ts", import.meta.url), library, library === "antler" ? packed() : `${peersFolder}/jax-js`),
  fresh: true,
});

export const overhead: readonly Row[] = [
  {
    id: "first-step",
    group: "overhead",
    title: "trace, lower and assemble the CNN's training step, fresh process",
    unit: "ms",
    sides: [{ name: ANTLER, command: ({ home }) => nodeCommand(new URL("antler/first-step.ts", home)), fresh: true }],
    bar: { of: [ANTLER], limit: 150 },
  },
  {
    id: "start",
    group: "overhead",
    title: "import and first 64×64 matMul, fresh process, published packages",
    unit: "ms",
    sides: [
      { name: ANTLER, ...start("antler") },
      { name: "jax-js", needs: "jax-js", ...start("jax-js") },
    ],
    bar: { of: [ANTLER], to: ["jax-js"], ratio: 1.2 },
  },
  {
    id: "live-bytes",
    group: "overhead",
    title: "10,000 training steps of a small model: growth of live tensors",
    unit: "bytes",
    sides: [endurance("bytes")],
    bar: { of: [ANTLER], limit: 0 },
    rounds: 1,
  },
  {
    id: "memory",
    group: "overhead",
    title: "10,000 training steps of a small model: growth of the process",
    unit: "MB",
    sides: [endurance("rss")],
    bar: { of: [ANTLER], limit: 10 },
    rounds: 1,
  },
];
