/** Workers: the work of a device is shared between threads, where memory can be. */
import type { Sharing } from "./device-context.ts";
import { enrol } from "./settings.ts";
import { SharedContext } from "./shared-context.ts";
import { canShareMemory } from "./worker.ts";

export const workers: Sharing = {
  isPossible: canShareMemory,
  context(memory, library, threads) {
    const context = new SharedContext(memory, library);
    enrol(context, threads);
    return context;
  },
};
