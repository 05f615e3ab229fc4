// Asks the real Keras and TensorFlow: runs the scripts that make what the tests compare with, or checks that it is still true.
// Usage: pnpm oracle [--check] [--install] [--where] [family …]
//   --check    writes nothing, and fails where Keras says something else than what is committed
//   --install  first makes a Python environment with Keras and TensorFlow, where there is none
//   --where    only prints which Python that is
// A family is a script of packages/keras-api/test/oracle, such as "losses", or a package, such as "savedmodel": all that it has.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPython, lacking, python } from "./lib/python.ts";
import { root } from "./lib/workspace.ts";

/** The script that takes families. */
const cases = "packages/keras-api/test/oracle/generate.py";

const { values: options, positionals: families } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    install: { type: "boolean", default: false },
    where: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

try {
  const path = options.install ? installPython() : python;
  const lack = lacking(["keras", "tensorflow", "h5py", "scipy"], path);
  if (lack !== undefined) throw new Error(lack);
  if (options.where) console.log(path);
  else process.exitCode = ask(path) ? 0 : 1;
} catch (error) {
  console.error(`The oracle cannot be asked: ${(error as Error).message}`);
  process.exitCode = 1;
}

/** Runs every script that is wanted, and goes on after one that failed; whether all went well. */
function ask(path: string): boolean {
  const scripts = globSync("packages/*/test/*/generate.py", { cwd: root }).sort();
  const own = (script: string): boolean => families.includes(script.split(/[\\/]/)[1]!);
  const packages = scripts.filter((script) => families.length === 0 || own(script)).map((script) => [script]);
  const others = families.filter((family) => !scripts.some((script) => script.split(/[\\/]/)[1] === family));
  return [...packages, ...(others.length > 0 ? [[cases, ...others]] : [])]
    .map(([script = "", ...names]) => run(path, script, names))
    .every(Boolean);
}

function run(path: string, script: string, names: readonly string[]): boolean {
  const start = performance.now();
  const shared = "from golden import";
  if (!readFileSync(join(root, script), "utf8").includes(shared))
    throw new Error(`${script} does not end as scripts/oracle/golden.py has it`);
  const args = ["-B", join(root, script), ...(options.check ? ["--check"] : []), ...names];
  // Python warns of what the cases do on purpose; what it says is shown where it fails.
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  console.log(`${script}: ${((performance.now() - start) / 1000).toFixed(0)} s\n${stdout.trimEnd()}`);
  if (status !== 0) console.error(stdout.includes("differences") ? "" : stderr.split("\n").slice(-30).join("\n"));
  return status === 0;
}
