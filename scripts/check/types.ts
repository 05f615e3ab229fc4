// Types: the whole repository once, then each package alone, where Node's types and other packages' ambient
// names do not leak in, so that what runs in browsers is written against what browsers have.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { plural, report } from "../lib/report.ts";
import { packages, root, tool } from "../lib/workspace.ts";

const projects = [join(root, "tsconfig.json"), ...packages().map((pkg) => join(pkg.path, "tsconfig.json"))];
const compiler = tool("typescript", "tsc");

const problems = new Set<string>();
for (const project of projects) {
  // A package's sources import other packages' sources, which lie outside its rootDir: only a build needs that one.
  const args = [compiler, "-p", project, "--noEmit", "--rootDir", root, "--pretty", "false"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) for (const line of `${stdout}${stderr}`.trimEnd().split("\n")) problems.add(line);
}
report([...problems], plural(projects.length, "project"));
