/** Antler's packages as they are published, in a temporary folder that goes with this process. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Builds and packs a checkout when first asked. Gives a folder that has the packages in its node_modules. */
export function packed(checkout: string): () => string {
  let folder: string | undefined;
  return () => (folder ??= pack(checkout));
}

function pack(checkout: string): string {
  const folder = mkdtempSync(join(tmpdir(), "antler-packed-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, ["scripts/pack.ts", folder], { cwd: checkout, stdio: "pipe" });
  writeFileSync(join(folder, "package.json"), "{}");
  for (const tarball of globSync("*.tgz", { cwd: folder })) {
    const name = /^antler-(.*)-\d+\.\d+\.\d+.*\.tgz$/.exec(tarball)![1]!;
    const place = join("node_modules/@antler", name);
    mkdirSync(join(folder, place), { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", place, "--strip-components=1"], { cwd: folder });
  }
  return folder;
}
