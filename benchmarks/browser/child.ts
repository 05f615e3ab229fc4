/** A child of bench.ts that is a page: each in a browser of its own, and so in processes of its own. */
import { launch } from "../../tests/packed/browser.ts";
import { type Child, PATIENCE_MS } from "../lib/child.ts";
import type { Side } from "../rows/row.ts";
import type { Bench } from "./page.ts";

declare const bench: Bench;

/** @throws Error with what went wrong in the page, or where there is no browser */
export async function startPage(url: string, { page: work }: Side, threads: number): Promise<Child> {
  const browser = await launch();
  const page = await browser.newPage();
  // Shaders that a processor runs have to be compiled for it first.
  const patience = work?.gpu ? 3 * PATIENCE_MS : PATIENCE_MS;
  page.setDefaultTimeout(patience);
  const failed = new Promise<never>((_, reject) => {
    page.on("pageerror", reject);
    page.on("crash", () => reject(new Error("the page crashed")));
  });
  // It may fail when nobody waits.
  failed.catch(() => {});
  /** What fails, or hangs, takes its browser with it. */
  async function answered<T>(answer: () => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} s`)), patience);
    });
    try {
      return await Promise.race([answer(), failed, late]);
    } catch (error) {
      await browser.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
  const about = await answered(async () => {
    await page.goto(`${url}/${work!.peer}?work=${work!.work}&threads=${threads}`, { waitUntil: "load" });
    await page.waitForFunction(() => "bench" in globalThis);
    return page.evaluate(() => bench.about);
  });
  return { about, ask: () => answered(() => page.evaluate(() => bench.round())), stop: () => browser.close() };
}
