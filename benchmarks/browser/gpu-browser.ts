/** A browser with WebGPU, on a machine without a GPU too. */
import { launch } from "../../tests/packed/browser.ts";

type Browser = Awaited<ReturnType<typeof launch>>;

export async function launchWithGpu(): Promise<Browser> {
  // Drivers that were named for Node may be none that a browser can load.
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith("VK_") ? [] : [[name, value]],
  );
  // Without the flag, adapters made of software are not given out.
  return launch({ args: ["--enable-unsafe-webgpu"], env: Object.fromEntries(own) as Record<string, string> });
}
