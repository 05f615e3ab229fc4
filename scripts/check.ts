// The one check command: runs every check below, each a program of its own, and prints what came of them.
// `pnpm check layers size` runs only those.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root, tool } from "./lib/workspace.ts";

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const own = (name: string): Check => ({ name, command: [join(root, "scripts/check", `${name}.ts`)] });

// Cheap checks first, and what needs a build last.
const checks: readonly Check[] = [
  { name: "format", command: [tool("@biomejs/biome", "biome"), "ci", "--colors=off"] },
  own("types"),
  own("layers"),
  own("cycles"),
  own("words"),
  own("manifests"),
  { name: "coverage", command: [join(root, "scripts/coverage.ts"), "--check"] },
  own("hygiene"),
  own("size"),
];

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

/** One at a time: the tools use all cores themselves. */
function run({ name, command }: Check): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("close", (code) => resolve({ name, ok: code === 0, seconds: (performance.now() - start) / 1000, output: output.trim() }));
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No check is called ${unknown.join(", ")}. There are ${checks.map((check) => check.name).join(", ")}.`);
  process.exit(1);
}

const outcomes: Outcome[] = [];
for (const check of checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const outcome = await run(check);
  outcomes.push(outcome);
  if (!outcome.ok) console.log(`\n── ${check.name} ──\n${outcome.output}\n`);
}

for (const { name, ok, seconds, output } of outcomes) {
  const summary = ok ? (output.split("\n").at(-1) ?? "") : "see above";
  console.log(`${ok ? "pass" : "FAIL"}  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s  ${summary}`);
}
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
