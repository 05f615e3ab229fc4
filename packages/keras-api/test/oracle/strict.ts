// What is compiled runs on the strict device too: small bindings, few buffers, reads that come later.
import { strictBackend } from "@antler/compiler/testing";
import { getBackend, setBackend } from "@antler/tensor-core";

const strict = strictBackend();

/** Runs `fn` on the strict device, one for all tests of a file. Tensors of other backends stay outside. */
export async function onStrict(fn: () => Promise<void>): Promise<void> {
  const before = getBackend();
  await setBackend(strict);
  try {
    await fn();
  } finally {
    await setBackend(before);
  }
}
