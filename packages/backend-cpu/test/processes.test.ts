// Processes with threads: they end when their program does, whatever they were started with.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";

const program = join(import.meta.dirname, "ending.ts");

interface Told {
  readonly result: number;
  readonly online: number;
  readonly warnings: readonly string[];
  readonly time: number;
}
interface Ended extends Told {
  readonly code: number | null;
  /** Between the program's last word and the end of its process. */
  readonly lingered: number;
}

/** Runs Node to its end. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--no-warnings", ...args], { env: { ...process.env, ...env }, timeout: 25_000 });
    const [output, errors]: string[][] = [[], []];
    child.stdout.on("data", (data) => output!.push(String(data)));
    child.stderr.on("data", (data) => errors!.push(String(data)));
    child.once("close", (code) => {
      const time = Date.now();
      const line = output!.join("").split("\n")[0];
      if (!line) return reject(new Error(errors!.join("")));
      const told = JSON.parse(line) as Told;
      resolve({ ...told, code, lingered: time - told.time });
    });
  });
}
const threaded = { online: 2, warnings: [] };

describe("a process ends at once, although workers live", () => {
  test.each([
    ["simply", 0],
    ["disposed", 0],
    ["callback", 7],
    ["thrown", 1],
    ["inside", 0],
  ])("%s", async (ending, code) => {
    const ended = await run([program, ending]);
    expect(ended).toMatchObject({ ...threaded, code });
    expect(ended.lingered).toBeLessThan(2000);
  });
});

describe("what the process was started with does not reach its workers", () => {
  test("a module that is preloaded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-processes-"));
    try {
      const [preload, log] = [join(folder, "preload.cjs"), join(folder, "log")];
      writeFileSync(preload, `require("node:fs").appendFileSync(${JSON.stringify(log)}, "loaded ")`);
      expect(await run(["--require", preload, program], { NODE_OPTIONS: "--expose-gc" })).toMatchObject({ ...threaded, code: 0 });
      expect(readFileSync(log, "utf8")).toBe("loaded ");
      expect(await run([program], { NODE_OPTIONS: `--require ${preload}` })).toMatchObject({ ...threaded, code: 0 });
      expect(readFileSync(log, "utf8")).toBe("loaded loaded ");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ["--input-type=module", ["--input-type=module", "--eval", `import ${JSON.stringify(pathToFileURL(program).href)}`]],
    ["--import", ["--import", "data:text/javascript,", program]],
    ["no code from strings", ["--disallow-code-generation-from-strings", program]],
    ["permission for workers", ["--permission", "--allow-fs-read=*", "--allow-worker", program]],
  ])("%s", async (_, args) => {
    expect(await run(args)).toMatchObject({ ...threaded, code: 0 });
  });
});

test("where workers are forbidden, one thread computes the same, and a warning says so", async () => {
  const { result } = await run([program]);
  const alone = await run(["--permission", "--allow-fs-read=*", program]);
  expect(alone).toMatchObject({
    code: 0,
    result,
    online: 0,
    warnings: [expect.stringContaining("Node with --permission needs --allow-worker")],
  });
});
