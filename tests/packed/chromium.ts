// Finds the Chromium that pages are tested in.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

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
  const found = installed() ?? (installPackage() ? installed() : undefined);
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

/** A container or a fresh machine for tests: there we are root, and nobody else is there to install anything. */
function installPackage(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  console.error("Installing Chromium for the tests of pages …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return [["update"], ["install", "--yes", "--no-install-recommends", "chromium-headless-shell"]].every(
    (args) => spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
