/** Workers: the work of a device is shared between threads, where memory can be. */
import { longFolds } from "@antler/compiler/device";
import type { Sharing } from "./device-context.ts";
import { enrol } from "./settings.ts";
import { SharedContext } from "./shared-context.ts";
import { canShareMemory } from "./worker.ts";

/** A fold of fewer elements is done before a second thread has begun. */
const WORTH_CUTTING = 131_072;
/** Eight threads, each with a range of neighbours that cache lines and vectors fill. */
const MOST_PLACES = 512;

export const workers: Sharing = {
  // The same however many threads there are: so are the bits of sums.
  cutFold: /* @__PURE__ */ longFolds({
    count: (elements, results) => (elements * results < WORTH_CUTTING ? 1 : Math.min(MOST_PLACES / results, Math.sqrt(elements))),
    of: "runs",
  }),
  isPossible: canShareMemory,
  context(memory, library, threads) {
    const context = new SharedContext(memory, library);
    enrol(context, threads);
    return context;
  },
};
