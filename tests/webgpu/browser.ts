// The conformance suite in Chromium: bundled, served, and run in the page, some hundred cases at a time.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectedNames, type Part, rowsOf } from "../../packages/backend-webgpu/test/conformance.ts";
import { launch } from "../packed/browser.ts";
import { type Server, serve } from "../packed/server.ts";
import type {} from "./page.ts";

const CHUNK = 250;
/** Milliseconds that a chunk may take on a busy machine: a case compiles several shaders, of which each takes some ten. */
const PATIENCE = 300_000;

/** Registers the cases of a part. */
export function conformanceInChromium(which: Part): void {
  const expected = expectedNames(rowsOf(which));
  const folder = mkdtempSync(join(tmpdir(), "antler-webgpu-"));
  let browser: Browser | undefined;
  let server: Server | undefined;
  let page: Page;

  describe("webgpu in Chromium", () => {
    beforeAll(async () => {
      await build({
        entryPoints: [join(import.meta.dirname, "page.ts")],
        outfile: join(folder, "page.js"),
        bundle: true,
        format: "esm",
        logLevel: "silent",
      });
      writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="/page.js"></script>`);
      browser = await launch();
      server = await serve(folder);
      page = await browser.newPage();
      await page.goto(server.url);
      await page.evaluate(({ part, of }) => openSuite(part, of), which);
    }, PATIENCE);
    afterAll(async () => {
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    it("leaves out what has 64 bits, and nothing else", async () => {
      const { adapter, names, skipped } = await page.evaluate(() => ({ ...suite, run: undefined }));
      expect(names).toEqual(expected);
      expect(skipped).toBe(0);
      console.log(`webgpu in Chromium, ${adapter}: ${names.length} cases, part ${which.part + 1} of ${which.of}, ${skipped} skipped`);
    });

    const starts = expected.map((_, i) => i).filter((i) => i % CHUNK === 0);
    it.each(starts)(`cases from %d, at most ${CHUNK}`, { timeout: PATIENCE }, async (from) => {
      expect(await page.evaluate(([from, to]) => suite.run(from!, to!), [from, from + CHUNK])).toEqual([]);
    });
  });
}
