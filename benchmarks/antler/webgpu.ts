/** Antler on the GPU as a peer of the others. */
import { createWebGpuBackend } from "@antler/backend-webgpu";
import { onEvent, setBackend } from "@antler/tensor-core";
import type { Peer } from "../work/peer.ts";
import { peer } from "./peer.ts";

export async function antlerOnGpu(): Promise<Peer> {
  await setBackend(await createWebGpuBackend());
  let hostSteps = 0;
  onEvent(({ kind }) => {
    if (kind === "host") hostSteps++;
  });
  return {
    ...peer,
    async compute(computation) {
      const { output } = await peer.compute(computation);
      // Work is done when its numbers are there: what a call leaves behind is only asked for.
      return { output, run: async () => void (await output()) };
    },
    hostSteps: () => hostSteps,
  };
}
