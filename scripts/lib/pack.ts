// Packed packages: builds everything, packs each public package, and unpacks tarballs the way an installation would.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Package, packages, root, tool } from "./workspace.ts";

export interface Packed {
  readonly pkg: Package;
  /** Absolute path of the tarball. */
  readonly tarball: string;
}

/** Builds the workspace; an unchanged package costs nothing. */
export function buildAll(): void {
  const bin = join(root, "node_modules/.bin");
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}`, TURBO_TELEMETRY_DISABLED: "1" };
  run(process.execPath, [tool("turbo", "turbo"), "run", "build", "--output-logs=errors-only"], root, env);
}

/** Builds and packs every public package into `folder`. */
export function packAll(folder: string): Packed[] {
  buildAll();
  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  return packages().map((pkg) => {
    const name = `${pkg.manifest.name.slice(1).replace("/", "-")}-${pkg.manifest.version}.tgz`;
    rmSync(join(target, name), { force: true });
    run(process.execPath, [join(root, "node_modules/pnpm/bin/pnpm.mjs"), "pack", "--pack-destination", target], pkg.path);
    return { pkg, tarball: join(target, name) };
  });
}

/** Unpacks into `folder`/node_modules, so that `folder` sees the packages exactly as a user does. */
export function unpack(packed: readonly Packed[], folder: string): void {
  for (const { pkg, tarball } of packed) {
    const place = join(folder, "node_modules", pkg.manifest.name);
    mkdirSync(place, { recursive: true });
    run("tar", ["-xzf", basename(tarball), "-C", place, "--strip-components=1"], dirname(tarball));
  }
}

/** Runs `use` with a new folder that is removed afterwards. */
export async function withTemporaryFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "antler-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program quietly; its output becomes the error when it fails. */
function run(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): void {
  try {
    execFileSync(file, args, { cwd, env, stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`);
  }
}
