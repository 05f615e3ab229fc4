// The versions of Node that packed programs run on: the oldest that is promised, and the one of the workspace.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../../scripts/lib/workspace.ts";

/** Node 20: `ANTLER_NODE_20`, else the package that the workspace brings along. */
export function node20(): string {
  const { ANTLER_NODE_20: named } = process.env;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const folder = join(import.meta.dirname, "node_modules", `node-20-${platform}-${process.arch}`);
  const node = named ?? (existsSync(folder) ? join(folder, readManifest(folder).bin?.["node"] ?? "") : undefined);
  if (node === undefined) {
    throw new Error(`No package brings Node 20 to ${platform}-${process.arch}. Set ANTLER_NODE_20 to the path of one, 20.19 or newer.`);
  }
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  if (!/^v20\.(19|[2-9]\d)\./.test(version))
    throw new Error(`${node} is Node ${version}; packed programs are tested on Node 20.19 or newer.`);
  return node;
}

/** Node 24, which runs this. */
export const node24: string = process.execPath;
