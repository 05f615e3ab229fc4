// One line for many numbers: equal lines, equal numbers to the last bit.
import { createHash } from "node:crypto";
import type { Tensor } from "@antler/tensor-core";

export async function hashOf(x: Tensor): Promise<string> {
  return createHash("sha256")
    .update(await x.data())
    .digest("hex")
    .slice(0, 16);
}
