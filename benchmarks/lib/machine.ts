/** What it was measured on, and of. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, type } from "node:os";
import { root } from "../../scripts/lib/workspace.ts";
import type { Machine } from "./results.ts";

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  system: `${type()} ${release().split("-")[0]}`,
  node: process.versions.node,
});

/** The commit that is checked out, with a plus where files differ from it. */
export function commit(folder: string = root): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  try {
    return git("rev-parse", "--short=10", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? "+" : "");
  } catch {
    return "unknown";
  }
}
