// Files: written whole or not at all, whatever fails, and read with a limit.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readFile, writeFile } from "../src/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-files-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});
const bytes = new Uint8Array(1000).map((_, i) => i);

describe("writing", () => {
  it("makes a file, or replaces one, and leaves nothing beside it", async () => {
    const path = join(folder, "größe.bin");
    await writeFile(path, new Uint8Array(3));
    await writeFile(pathToFileURL(path), bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(["größe.bin"]);
  });

  it.each(["writeFile", "sync"] as const)("leaves the old file where %s fails", async (step) => {
    const path = join(folder, "a");
    writeFileSync(path, "old");
    const open = fs.open;
    vi.spyOn(fs, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      vi.spyOn(handle, step).mockRejectedValue(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
      return handle;
    });
    await expect(writeFile(path, bytes)).rejects.toThrow("no space left");
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("leaves the old one where it cannot be replaced", async () => {
    mkdirSync(join(folder, "a"));
    await expect(writeFile(join(folder, "a"), bytes)).rejects.toThrow();
    await expect(writeFile(join(folder, "none", "a"), bytes)).rejects.toMatchObject({ code: "ENOENT" });
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("killed at any moment, leaves the one before or the one after", async () => {
    const path = join(folder, "a");
    const size = 1 << 22;
    writeFileSync(path, new Uint8Array(size));
    const program = `
      import { writeFile } from ${JSON.stringify(new URL("../src/files.ts", import.meta.url).href)};
      for (let i = 1; ; i = (i % 250) + 1) {
        await writeFile(${JSON.stringify(path)}, new Uint8Array(${size}).fill(i));
        if (i === 1) process.stdout.write("begun");
      }`;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await new Promise((resolve) => setTimeout(resolve, 7 * round));
      const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ?? code)));
      child.kill("SIGKILL");
      expect(await ended).toBe("SIGKILL");
      const found = readFileSync(path);
      expect(found.length).toBe(size);
      expect(found[0]).toBeGreaterThan(0);
      expect(found.every((byte) => byte === found[0])).toBe(true);
    }
  });
});

describe("reading", () => {
  it("gives the bytes, as far as they are allowed", async () => {
    const path = join(folder, "a");
    writeFileSync(path, bytes);
    expect(await readFile(path, { maxBytes: 1000 })).toEqual(bytes);
    expect(await readFile(pathToFileURL(path))).toEqual(bytes);
    await expect(readFile(path, { maxBytes: 999 })).rejects.toThrow("has 1000 bytes, and 999 bytes are allowed (option maxBytes)");
    await expect(readFile(folder)).rejects.toThrow("is no file");
    await expect(readFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("needs a file system, and says so", async () => {
    vi.stubGlobal("process", undefined);
    await expect(readFile("a")).rejects.toThrow("there is no file system here. Work on bytes");
    await expect(writeFile("a", bytes)).rejects.toThrow("there is no file system here. Work on bytes");
  });
});
