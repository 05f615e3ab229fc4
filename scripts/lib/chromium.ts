// Finds the Chromium that pages are tested in, and says how to start it.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackages, mayInstall } from "./debian.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  linux: ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"],
  win32: ["chrome.exe", "msedge.exe"],
};
const places: Readonly<Record<string, readonly string[]>> = {
  darwin: ["Chromium", "Google Chrome", "Microsoft Edge"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  win32: ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((variable) =>
    ["Google\\Chrome", "Microsoft\\Edge"].map((name) => {
      return join(process.env[variable] ?? "C:\\", name, "Application", name.endsWith("Chrome") ? "chrome.exe" : "msedge.exe");
    }),
  ),
};

/**
 * The executable: `ANTLER_CHROMIUM`, else one that is installed, else Debian's package, installed now.
 *
 * @throws Error that says what to install.
 */
export function findChromium(): string {
  const { ANTLER_CHROMIUM: named } = process.env;
  if (named !== undefined) {
    if (isExecutable(named)) return named;
    throw new Error(`ANTLER_CHROMIUM is ${named}, which is no program.`);
  }
  const found = installed() ?? (mayInstall() && installPackages(["chromium-headless-shell"]) ? installed() : undefined);
  if (found !== undefined) return found;
  throw new Error(
    "Pages are tested in Chromium, and there is none. Install Chromium or Chrome (on Debian: apt-get install chromium), " +
      "or set ANTLER_CHROMIUM to the path of one.",
  );
}

function installed(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => (names[process.platform] ?? []).map((name) => join(folder, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How to start it: WebGPU on the processor where there is no GPU. */
export function chromiumOptions(): { executablePath: string; chromiumSandbox: boolean; args: string[]; env: Record<string, string> } {
  return {
    executablePath: findChromium(),
    // Chromium refuses its sandbox to root, and the pages are our own.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--enable-unsafe-webgpu"],
    // It brings a Vulkan driver along; one that was chosen for Node would be tried in its place, and end its WebGPU.
    env: Object.fromEntries(Object.entries(process.env).flatMap(([k, v]) => (v === undefined || k.startsWith("VK_") ? [] : [[k, v]]))),
  };
}
