// The Python that has Keras and TensorFlow, which say what is right: found, looked at, or made.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.ts";

const requirements = join(root, "scripts/oracle/requirements.txt");
const environment = join(root, "node_modules/.cache/antler-python");
const installed = join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
/** Holds the requirements that were installed, once all of them were. */
const stamp = join(environment, ".antler-installed");

/** The environment's ANTLER_PYTHON, else the one `pnpm oracle --install` made, else python3. */
export const python: string = process.env["ANTLER_PYTHON"] ?? (existsSync(stamp) ? installed : "python3");

/** What a Python lacks to run what needs `modules`, and what to do about it; undefined where it lacks nothing. */
export function lacking(modules: readonly string[], path: string = python): string | undefined {
  const look = `import importlib.util, sys; print(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])`;
  const { status, stdout } = spawnSync(path, ["-c", look, ...modules], { encoding: "utf8" });
  const remedy = "Run `pnpm oracle --install`, or let ANTLER_PYTHON name a Python that has what scripts/oracle/requirements.txt lists.";
  if (status !== 0) return `${path} does not run. ${remedy}`;
  return stdout.trim() ? `${path} has no ${stdout.trim().replaceAll(" ", ", ")}. ${remedy}` : undefined;
}

/** Makes an environment with what requirements.txt lists, where it is missing or older, and gives its Python. */
export function installPython(): string {
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return installed;
  const host = process.platform === "win32" ? "python" : "python3";
  rmSync(environment, { recursive: true, force: true });
  // Without a pip of its own: Debian keeps what makes one in another package, and the host's can install elsewhere.
  must(spawnSync(host, ["-m", "venv", "--without-pip", environment], { encoding: "utf8" }), `${host} made no virtual environment`);
  const pip = ["-m", "pip", "--python", installed, "install", "--quiet", "--no-input", "--retries", "1", "--requirement", requirements];
  must(
    spawnSync(host, pip, { encoding: "utf8" }),
    "pip did not install scripts/oracle/requirements.txt (is a package index within reach?)",
  );
  writeFileSync(stamp, wanted);
  return installed;
}

function must({ status, stdout, stderr, error }: SpawnSyncReturns<string>, problem: string): void {
  if (status !== 0) throw new Error(`${problem}:\n${[stdout, stderr, error?.message].filter(Boolean).join("\n").trim()}`);
}
