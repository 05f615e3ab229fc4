// Package hygiene: publint and "are the types wrong" on the very tarballs that would be published.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Packed, packAll, withTemporaryFolder } from "../lib/pack.ts";
import { plural, report } from "../lib/report.ts";
import { tool } from "../lib/workspace.ts";

await withTemporaryFolder(async (folder) => {
  const packed = packAll(folder);
  const problems: string[] = [];
  for (const item of packed) {
    const found = await lint(item);
    // Types of a file that is not there are wrong too; saying it twice helps nobody.
    if (found.length === 0) found.push(...typeProblems(item));
    problems.push(...found, ...leftovers(item));
  }
  report(problems, plural(packed.length, "tarball"));
});

/** What bundlers and Node make of the package's entries. */
async function lint({ pkg, tarball }: Packed): Promise<string[]> {
  const bytes = readFileSync(tarball);
  const archive = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg: manifest } = await publint({ pack: { tarball: archive }, strict: true });
  return messages.map((message) => `${pkg.manifest.name} (publint): ${formatMessage(message, manifest, { color: false }) ?? message.code}`);
}

/** What TypeScript makes of the package's entries. */
function typeProblems({ pkg, tarball }: Packed): string[] {
  const args = [tool("@arethetypeswrong/cli", "attw"), tarball, "--profile", "esm-only", "--format", "ascii"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, "--no-emoji", "--no-color", "--no-definitely-typed"], {
    encoding: "utf8",
  });
  return status === 0 ? [] : [`${pkg.manifest.name} (attw):\n${stdout}${stderr}`];
}

/** What only makes sense inside the workspace must not reach the tarball. */
function leftovers({ pkg, tarball }: Packed): string[] {
  const tar = (...args: readonly string[]): string => execFileSync("tar", args, { encoding: "utf8", cwd: dirname(tarball) });
  const files = tar("-tzf", basename(tarball)).trim().split("\n");
  const found = files
    .filter((name) => /(?<!\.d)\.ts$|\.test\.(js|d\.ts)$/.test(name))
    .map((name) => `${name} should not be in the tarball`);
  if (!files.includes("package/LICENSE")) found.push("the tarball has no LICENSE");
  if (tar("-xzOf", basename(tarball), "package/package.json").includes("workspace:")) found.push('package.json still says "workspace:"');
  return found.map((problem) => `${pkg.manifest.name}: ${problem}`);
}
