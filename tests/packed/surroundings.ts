// Where pages find themselves, isolated or not, under one policy or another; and what becomes of threads there.
import type { Serving } from "./server.ts";

export interface Surrounding {
  readonly name: string;
  readonly serving: Serving;
  /** Of the project about threads. */
  readonly page: string;
  /** How many workers there are in the end. */
  readonly workers: number;
  /** What the page was told by an event. */
  readonly warning?: string;
  /** What the console says, each once. */
  readonly problems?: readonly string[];
}

const blobs = "'self' blob:";

export const surroundings: readonly Surrounding[] = [
  { name: "a page that is not isolated computes with one thread", serving: { workers: blobs }, page: "", workers: 0 },
  { name: "an isolated page has threads", serving: { isolated: true, workers: blobs }, page: "", workers: 2 },
  {
    name: "where the policy forbids blob: workers, one thread computes, and a warning says so",
    serving: { isolated: true },
    page: "",
    workers: 0,
    warning: "backend-cpu: no worker could be started, so one thread computes.",
    problems: ["worker-src 'self'"],
  },
  {
    name: "under the same policy, setWorkerUrl brings threads",
    serving: { isolated: true },
    page: "?workers=/antler-worker.js",
    workers: 2,
  },
  { name: "a program in a worker has threads of its own", serving: { isolated: true, workers: blobs }, page: "worker.html", workers: 3 },
];
