/** Another version of Antler beside this one: a worktree of a git ref, set up, with this suite in the place of its own. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/lib/workspace.ts";
import { ANTLER } from "../rows/peers.ts";
import type { Context, Row, Side } from "../rows/row.ts";
import { packed } from "./packed.ts";

export interface Version extends Pick<Context, "home" | "packed"> {
  readonly folder: string;
  remove(): void;
}

/** @throws Error where git does not know the ref, or its set-up fails */
export function checkOut(ref: string): Version {
  const folder = join(mkdtempSync(join(tmpdir(), "antler-against-")), "antler");
  const run = (file: string, ...args: string[]): void => void execFileSync(file, args, { cwd: folder, stdio: "pipe" });
  execFileSync("git", ["worktree", "add", "--detach", folder, ref], { cwd: root, stdio: "pipe" });
  const remove = (): void => {
    execFileSync("git", ["worktree", "remove", "--force", folder], { cwd: root, stdio: "pipe" });
    rmSync(join(folder, ".."), { recursive: true, force: true });
  };
  try {
    run(process.execPath, "scripts/setup.mjs");
    placeSuite(join(folder, "benchmarks"));
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, home: pathToFileURL(`${join(folder, "benchmarks")}/`), packed: packed(folder), remove };
}

/** What the set-up has put into node_modules stays: it leads to the other version. */
function placeSuite(place: string): void {
  for (const name of readdirSync(place)) if (name !== "node_modules") rmSync(join(place, name), { recursive: true });
  cpSync(join(root, "benchmarks"), place, { recursive: true, filter: (file) => basename(file) !== "node_modules" });
}

/** A row for Antler alone, in both versions. */
export function twice(row: Row, ref: string, other: Version): Row {
  const own = row.sides.filter(({ needs }) => needs === undefined);
  const theirs = own.map((side): Side => {
    const command: Side["command"] = (context) => side.command!({ ...context, ...other });
    return { ...side, name: `${side.name} ${ref}`, command };
  });
  const sides = own.flatMap((side, i) => [side, theirs[i]!]);
  // One version alone has nothing that it must reach.
  return {
    ...row,
    sides,
    ...(own.some(({ name }) => name === ANTLER) && { bar: { of: [ANTLER], to: [`${ANTLER} ${ref}`], ratio: 1.05 } }),
  };
}
