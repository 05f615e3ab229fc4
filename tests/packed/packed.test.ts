// The packages as users get them: the examples run from the packed tarballs, in two versions of Node and in Chromium.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packAll } from "../../scripts/lib/pack.ts";
import { launch, visit } from "./browser.ts";
import { bundleForNode, bundlers } from "./bundle.ts";
import { node20, node24 } from "./nodes.ts";
import { compile, installExamples, installFiles, installThreads, installWebGpu, programs, runOn } from "./project.ts";
import { serve } from "./server.ts";
import { moreSurroundings, surroundings } from "./surroundings.ts";
import { printedTable, type Table } from "./table.ts";

/** What each program must say, whatever it runs on. */
const expectations: Readonly<Record<string, (table: Table, output: string) => void>> = {
  "linear-regression"([, slope, intercept]) {
    // Noise of deviation 0.1 on 100 points in [-1, 1): standard errors of 0.1/√(100/3) and 0.1/√100; four of them are next to never.
    expect(Math.abs(Number(slope?.[1]) - 2)).toBeLessThan(4 * 0.0174);
    expect(Math.abs(Number(intercept?.[1]) - 1)).toBeLessThan(4 * 0.01);
  },
  "keras-quickstart"([, ...throws], output) {
    expect(throws.map((row) => row[3])).toEqual(["bull", "middle", "middle", "outside"]);
    expect(Number(/test accuracy (\S+)/.exec(output)?.[1])).toBeGreaterThan(0.9);
  },
  "two-backends"([head, cpu, interpreter]) {
    expect(head).toEqual(["", "loss before", "loss after", "sine of 1"]);
    expect([cpu?.[0], interpreter?.[0]]).toEqual(["cpu", "interpreter"]);
    expect(interpreter?.slice(1)).toEqual(cpu?.slice(1));
    expect(Number(cpu?.[2])).toBeLessThan(Number(cpu?.[1]) / 1000);
  },
};

const folder = realpathSync(mkdtempSync(join(tmpdir(), "antler-packed-")));
const projects = join(folder, "projects");
const fileOf = (program: string, file: string): string => join(projects, program, file);

beforeAll(async () => {
  mkdirSync(projects);
  const packed = packAll(join(folder, "tarballs"));
  await Promise.all([installExamples, installFiles, installThreads, installWebGpu].map((install) => install(packed, projects)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

const outputs = new Map<string, Promise<string>>();
/** What a program prints on Node 24, where its source runs as it is. */
function output(program: string): Promise<string> {
  const printed = outputs.get(program) ?? runOn(node24, fileOf(program, "main.ts"));
  outputs.set(program, printed);
  return printed;
}
/** What all others must show. */
const expected = async (program: string): Promise<Table> => printedTable(await output(program));

/** What the program about threads shows. */
function threaded(table: Table = []): { results: Table; warnings: string | undefined; shared: boolean } {
  const [[, warnings] = [], [, jobs] = []] = table.slice(-2);
  // Several kernels in each of twelve steps: everything that was shared, once workers lived, was left to them.
  return { results: table.slice(0, -2), warnings, shared: Number(jobs) > 4 * 12 };
}

describe.each(programs)("%s", (program) => {
  it("is right on Node 24", async () => {
    expect(expectations[program]).toBeDefined();
    expectations[program]?.(await expected(program), await output(program));
  });

  it("type-checks against the packed declarations, and runs on Node 20", async () => {
    await compile(join(projects, program));
    expect(printedTable(await runOn(node20(), fileOf(program, "dist/main.js")))).toEqual(await expected(program));
  });

  it("is the same as one file for Node", async () => {
    await bundleForNode(fileOf(program, "main.ts"), fileOf(program, "bundled.mjs"));
    expect(printedTable(await runOn(node24, fileOf(program, "bundled.mjs")))).toEqual(await expected(program));
  });
});

it("threads compute bit by bit what one computes, on Node 20 and on Node 24", async () => {
  await compile(join(projects, "threads"), ["main.ts", "alone.ts"]);
  // Node 20 knows no relaxed SIMD, and so rounds differently.
  for (const node of [node20(), node24]) {
    const [alone, together] = ["alone", "main"].map(async (name) =>
      threaded(printedTable(await runOn(node, fileOf("threads", `dist/${name}.js`)))),
    );
    expect(await together).toEqual({ ...(await alone), warnings: "", shared: true });
  }
});

it("models are read from the files they are written to, on Node 20 and on Node 24", async () => {
  await compile(join(projects, "files"));
  for (const node of [node20(), node24]) {
    const said = await runOn(node, fileOf("files", "dist/main.js"));
    expect(said.trim().split("\n")).toEqual(["from bytes: says the same", "from a file: says the same"]);
  }
});

/** What the program on the GPU must say, wherever it runs. */
function trainsOnGpu(table: Table = []): void {
  const shown = Object.fromEntries(table.slice(1));
  expect(shown).toMatchObject({ backend: "webgpu", GPUs: "/physical_device:GPU:0" });
  expect(Number(shown["last loss"])).toBeLessThan(Number(shown["first loss"]) / 2);
}

it.each([
  ["Node 20", node20],
  ["Node 24", () => node24],
])("a network learns on the GPU on %s", async (_, node) => {
  await compile(join(projects, "webgpu"));
  trainsOnGpu(printedTable(await runOn(node(), fileOf("webgpu", "dist/main.js"))));
});

it.each([
  ["Node 20", node20],
  ["Node 24", () => node24],
])("code from a string on %s would be noticed", async (_, node) => {
  writeFileSync(join(projects, "strings.js"), 'new Function("return 1")');
  await expect(runOn(node(), join(projects, "strings.js"))).rejects.toThrow("Code generation from strings disallowed");
});

describe("in Chromium", () => {
  let browser: Promise<Browser>;
  // Installing one takes longer than a test may. If that fails, every test below says so.
  beforeAll(async () => {
    browser = launch();
    await Promise.allSettled([browser]);
  }, 300_000);
  afterAll(() =>
    browser.then(
      (open) => open.close(),
      () => undefined,
    ),
  );

  describe.each(Object.entries(bundlers))("pages built by %s", (name, bundle) => {
    const target = join(folder, name);
    beforeAll(() => bundle(projects, target), 120_000);

    it.each(programs)("%s shows what Node prints", async (program) => {
      await using server = await serve(target);
      const shown = await visit(await browser, `${server.url}/${program}/`);
      expect(shown).toEqual({ table: await expected(program), problems: [], workers: 0 });
    });

    it("a network learns on the GPU", async () => {
      await using server = await serve(target);
      const { table, problems } = await visit(await browser, `${server.url}/webgpu/`);
      expect(problems).toEqual([]);
      trainsOnGpu(table);
    });

    it.each(name === "vite" ? [...surroundings, ...moreSurroundings] : surroundings)(
      "$name",
      async ({ serving, page, workers, warning = "", problems = [] }) => {
        writeFileSync(join(target, "antler-worker.js"), await runOn(node24, fileOf("threads", "worker-file.ts")));
        await using server = await serve(target, serving);
        const shown = await visit(await browser, `${server.url}/threads/${page}`, { patient: true });
        expect(shown.problems).toEqual(problems.map((problem) => expect.stringContaining(problem)));
        expect(shown.workers).toBe(workers);
        const { results } = threaded(await expected("threads"));
        expect(threaded(shown.table)).toEqual({
          results,
          warnings: warning === "" ? "" : expect.stringContaining(warning),
          shared: workers > 0,
        });
      },
    );
  });

  it.each([
    ["code from a string", 'new Function("return 1")', "unsafe-eval"],
    ["an error", 'throw new Error("oh no")', "oh no"],
    ["a missing file", 'import("./missing.js")', "404"],
    ["a file of another origin", 'import("https://example.com/a.js")', "Content Security Policy"],
  ])("%s in a page would be noticed", async (_, script, message) => {
    const pages = mkdtempSync(join(folder, "page-"));
    writeFileSync(join(pages, "index.html"), '<!doctype html><script src="./script.js"></script>');
    writeFileSync(join(pages, "script.js"), script);
    await using server = await serve(pages);
    const { problems } = await visit(await browser, `${server.url}/`);
    expect(problems.join("\n")).toContain(message);
  });
});
