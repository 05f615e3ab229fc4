// Debian's packages, for tests on a container or a fresh machine: there we are root, and nobody else is there to install anything.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Whether packages may be installed without asking anybody. */
export const mayInstall = (): boolean =>
  process.platform === "linux" && process.getuid?.() === 0 && existsSync("/etc/debian_version") && run("apt-get", ["--version"]).ok;

/** Installs packages, of a suite where one is named; false where that failed, with apt's reasons in the log. */
export function installPackages(names: readonly string[], suite?: string): boolean {
  console.error(`Installing ${names.join(" ")} for the tests${suite ? `, from ${suite}` : ""} …`);
  const from = suite ? ["--target-release", suite] : [];
  return refresh() && apt(["install", "--yes", "--no-install-recommends", ...from, ...names]);
}

let fresh = false;
/** The lists of packages as of now; once a process is enough. */
export const refresh = (): boolean => fresh || (fresh = apt(["update"]));

/** The major version that would be installed. */
export const candidate = (name: string): number => majorOf(/Candidate: (.*)$/m.exec(run("apt-cache", ["policy", name]).output)?.[1]);

/** The major version that is installed; 0 where none is. */
export const installedVersion = (name: string): number =>
  majorOf(/^Version: (.*)$/m.exec(run("dpkg-query", ["--status", name]).output)?.[1]);
const majorOf = (version = ""): number => Number(/^(?:\d+:)?(\d+)/.exec(version)?.[1] ?? 0);

const BACKPORTS = "/etc/apt/sources.list.d/antler-backports.sources";
/**
 * Makes the backports of this release known, from where its other packages come, in a file of its own. Nothing is taken from
 * them that is not asked for by their name, which is returned; undefined where they cannot be reached.
 */
export function addBackports(): string | undefined {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  const targets = run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages", "Origin: Debian"]).output;
  const lines = targets.split("\n").map((line) => line.split(" "));
  const suite = `${codename}-backports`;
  if (lines.some(([, name]) => name === suite)) return suite;
  const uri = lines.find(([, name]) => name === codename)?.[0];
  if (!uri) return undefined;
  const source = [
    "Types: deb",
    `URIs: ${uri}`,
    `Suites: ${suite}`,
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  writeFileSync(BACKPORTS, `${source.join("\n")}\n`);
  fresh = false;
  if (refresh()) return suite;
  // A source that cannot be reached would be in everybody's way.
  rmSync(BACKPORTS);
  return undefined;
}

function apt(args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
function run(file: string, args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout } = spawnSync(file, args, { encoding: "utf8" });
  return { ok: status === 0, output: stdout ?? "" };
}
