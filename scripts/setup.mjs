// Installs what the workspace needs when it is missing or outdated, then runs a command on the workspace's own Node.
// Usage: node scripts/setup.mjs [file.ts | tool] [arguments …]
// Plain JavaScript without dependencies: this is the one file that runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stamp = join(modules, ".antler-setup");

/** @returns {any} */
const readJson = (/** @type {string} */ file) => JSON.parse(readFileSync(file, "utf8"));

/** Contents decide, not times: a checkout may give the lock file any time. */
function wantedStamp() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(root, file)));
  return hash.update(`${process.platform}-${process.arch}`).digest("hex");
}

function install() {
  const wanted = wantedStamp();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const { packageManager } = readJson(join(root, "package.json"));
  console.error(`Setting up: ${packageManager} installs the workspace (only when the lock file has changed) …`);
  const result = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    // Without CI, pnpm asks before it replaces a node_modules that another tool made, and nobody is there to answer.
    env: { ...process.env, CI: "true" },
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`);
    console.error("Set-up failed: the output of the package manager is above.");
    process.exit(result.status || 1);
  }
  writeFileSync(stamp, wanted);
}

/** The Node 24 from node_modules: it runs TypeScript as it is. */
function workspaceNode() {
  const { platform, arch } = process;
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  const folder = join(modules, `${prefix}-${platform === "win32" ? "win" : platform}-${arch}`);
  if (existsSync(folder)) return join(folder, readJson(join(folder, "package.json")).bin.node);
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  console.error(`No Node 24 package exists for ${platform}-${arch}. Install Node 24 and run this again with it.`);
  process.exit(1);
}

/** A file of ours is run as it is; anything else is the name of a tool among the dev dependencies. */
function scriptOf(/** @type {string} */ name) {
  if (/\.m?[jt]s$/.test(name)) return join(root, name);
  const scoped = { biome: "@biomejs/biome", changeset: "@changesets/cli" }[name];
  const folder = join(modules, scoped ?? name);
  const { bin } = readJson(join(folder, "package.json"));
  return join(folder, typeof bin === "string" ? bin : bin[name]);
}

install();
const [command, ...rest] = process.argv.slice(2);
if (command !== undefined) {
  const node = workspaceNode();
  const script = scriptOf(command);
  if (!existsSync(script)) {
    console.error(`${command} does not exist.`);
    process.exit(1);
  }
  // pnpm passes the "--" of `pnpm start -- --epochs 3` on, npm does not; a command should not have to know.
  const args = rest[0] === "--" ? rest.slice(1) : rest;
  const path = [dirname(node), join(modules, ".bin"), process.env.PATH].join(delimiter);
  const child = spawn(node, [script, ...args], { stdio: "inherit", env: { ...process.env, PATH: path } });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
