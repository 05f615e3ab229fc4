// The page that tests of WebGPU in Chromium talk to: bundled, served, and opened.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch } from "../packed/browser.ts";
import { serve } from "../packed/server.ts";
import type {} from "./page.ts";

/** Milliseconds that one request to the page may take on a busy machine: a case compiles several shaders, a product's for a second. */
export const PATIENCE = 300_000;

/** Opens the page before a group's tests, and closes it after them. */
export function pageForTests(): () => Page {
  const folder = mkdtempSync(join(tmpdir(), "antler-webgpu-"));
  const closing: (() => PromiseLike<void>)[] = [];
  let page: Page;

  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "page.ts")],
      outfile: join(folder, "page.js"),
      bundle: true,
      format: "esm",
      logLevel: "silent",
    });
    writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="/page.js"></script>`);
    const browser = await launch();
    closing.push(() => browser.close());
    const server = await serve(folder);
    closing.push(() => server[Symbol.asyncDispose]());
    page = await browser.newPage();
    await page.goto(server.url);
  }, PATIENCE);
  afterAll(async () => {
    for (const close of closing) await close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => page;
}
