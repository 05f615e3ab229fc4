/** A child of bench.ts that is a page: each in a browser of its own, and so in processes of its own. */
import { launch } from "../../tests/packed/browser.ts";
import type { Child } from "../lib/child.ts";
import type { Side } from "../rows/row.ts";
import type { Bench } from "./page.ts";

declare const bench: Bench;

/** @throws Error with what went wrong in the page, or where there is no browser */
export async function startPage(url: string, { page: work }: Side, threads: number): Promise<Child> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    // It may fail when nobody waits.
    failed.catch(() => {});
    await page.goto(`${url}/${work!.peer}?work=${work!.work}&threads=${threads}`, { waitUntil: "load" });
    await Promise.race([page.waitForFunction(() => "bench" in globalThis, undefined, { timeout: 60_000 }), failed]);
    return {
      about: await Promise.race([page.evaluate(() => bench.about), failed]),
      ask: () => Promise.race([page.evaluate(() => bench.round()), failed]),
      stop: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
