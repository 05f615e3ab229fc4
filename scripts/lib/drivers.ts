// Finds what WebGPU runs on in Node: the machine's GPU, or else drivers that compute on the processor.
import { existsSync, globSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findChromium } from "./chromium.ts";
import { addBackports, candidate, installedVersion, installPackages, mayInstall, refresh } from "./debian.ts";

const MESA = "mesa-vulkan-drivers";
/** Older ones lack what Dawn asks for. */
const OLDEST_MESA = 25;
const manifests = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/** Whether Vulkan would find a driver for a real GPU. macOS and Windows have their own ways, which Dawn knows. */
const hasGpu = (): boolean =>
  process.platform !== "linux" ||
  ((globSync("/dev/dri/renderD*").length > 0 || existsSync("/dev/nvidia0")) &&
    manifests.some((folder) => globSync("*.json", { cwd: folder }).some((file) => !file.startsWith("lvp_"))));

/** The one that comes with Chromium: quick to start, without float16. */
function swiftShader(): string | undefined {
  try {
    const beside = join(dirname(realpathSync(findChromium())), "vk_swiftshader_icd.json");
    return [beside, "/usr/lib/chromium/vk_swiftshader_icd.json"].find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}
/** Mesa's: has float16, and compiles slowly. */
const lavapipe = (): string | undefined =>
  manifests.flatMap((folder) => globSync("lvp_icd*.json", { cwd: folder }).map((file) => join(folder, file)))[0];

/**
 * Points Vulkan to the software drivers that there are, unless there is a GPU or somebody has chosen already.
 * To be called before Dawn is loaded, in the process it is loaded into: workers of threads change a copy of the environment only.
 */
export function useDrivers(env: NodeJS.ProcessEnv = process.env): void {
  if (env["VK_DRIVER_FILES"] !== undefined || env["VK_ICD_FILENAMES"] !== undefined || hasGpu()) return;
  const found = [swiftShader(), lavapipe()].filter((file) => file !== undefined);
  if (found.length > 0) env["VK_DRIVER_FILES"] = found.join(delimiter);
  // A layer of Mesa that looks for screens, and complains.
  env["NODEVICE_SELECT"] = "1";
}

/** Installs what is missing, where we may. What could not be had is said here, and again by the tests that need it. */
export function installDrivers(): void {
  if (!mayInstall()) return;
  // Finding Chromium installs it.
  if (!hasGpu() && !swiftShader()) console.error("There is no SwiftShader: WebGPU will find no adapter in Node.");
  if (hasGpu() || installedVersion(MESA) >= OLDEST_MESA) return;
  if (!installPackages(["libvulkan1"])) console.error("libvulkan1 could not be installed: WebGPU will find no adapter in Node.");
  if (!installMesa()) console.error(`Mesa ${OLDEST_MESA} could not be installed: the tests of float16 on GPUs will fail.`);
}

function installMesa(): boolean {
  if (refresh() && candidate(MESA) >= OLDEST_MESA) return installPackages([MESA]);
  const suite = addBackports();
  return suite !== undefined && installPackages([MESA], suite);
}
