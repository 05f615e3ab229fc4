// Where pages find themselves, isolated or not, under one policy or another; and what becomes of threads there.
import type { Serving } from "./server.ts";

export interface Surrounding {
  readonly name: string;
  readonly serving: Serving;
  /** Of the project about threads. */
  readonly page: string;
  /** How many workers there are in the end. */
  readonly workers: number;
  /** What the program was told by an event or an error. */
  readonly warning?: string;
  /** What the console says. */
  readonly problems?: readonly string[];
}

const isolated: Serving = { isolated: true, workers: "'self' blob:" };
const withoutBlobs: Serving = { isolated: true, workers: "'self'" };

/** What may depend on how the page was built. */
export const surroundings: readonly Surrounding[] = [
  { name: "a page that is not isolated computes with one thread", serving: { workers: "'self' blob:" }, page: "", workers: 0 },
  { name: "an isolated page has threads", serving: isolated, page: "", workers: 2 },
  { name: "a program in a worker has threads of its own", serving: isolated, page: "worker.html", workers: 3 },
];

/** What does not. */
export const moreSurroundings: readonly Surrounding[] = [
  {
    name: "where the policy forbids blob: workers, one thread computes, and a warning says so",
    serving: withoutBlobs,
    page: "",
    workers: 0,
    warning: "backend-cpu: no worker could be started, so one thread computes.",
    problems: ["worker-src 'self'"],
  },
  { name: "under the same policy, setWorkerUrl brings threads", serving: withoutBlobs, page: "?workers=/antler-worker.js", workers: 2 },
  {
    name: "killed workers are an error, and then there are new ones",
    serving: isolated,
    page: "?kill",
    workers: 2,
    warning: "BackendError: cpu: a worker thread ended in the middle of its work.",
  },
];
