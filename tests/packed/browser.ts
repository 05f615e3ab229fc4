// A browser for the tests: opens a page, waits for its table, and tells everything that went wrong on the way.
import { type Browser, chromium, type LaunchOptions, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";
import type { Table } from "./table.ts";

export const launch = async (options: Pick<LaunchOptions, "args" | "env"> = {}): Promise<Browser> =>
  chromium.launch({
    ...options,
    executablePath: findChromium(),
    // Chromium refuses its sandbox to root, and the pages are our own.
    chromiumSandbox: process.getuid?.() !== 0,
  });

export interface Visit {
  /** Undefined when something went wrong before there was one. */
  readonly table: Table | undefined;
  /** Uncaught errors, violations of the policy, what could not be loaded, and whatever else is an error on the console. */
  readonly problems: readonly string[];
  /** How many workers there are in the end. */
  readonly workers: number;
}

export interface VisitOptions {
  /** Whether to stay for the table even when something went wrong. */
  readonly patient?: boolean;
}

/** Opens a page and stays until it shows a table, or something went wrong. */
export async function visit(browser: Browser, url: string, { patient = false }: VisitOptions = {}): Promise<Visit> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const failed = new Promise<void>((resolve) => {
    const add = (problem: string): void => {
      problems.push(problem);
      if (!patient) resolve();
    };
    page.on("pageerror", (error) => add(String(error)));
    page.on("console", (message) => message.type() === "error" && add(message.text()));
    page.on("requestfailed", (request) => add(`${request.url()}: ${request.failure()?.errorText}`));
  });
  try {
    await page.goto(url);
    await Promise.race([page.waitForSelector("table", { timeout: 20_000 }), failed]);
    return { table: patient || problems.length === 0 ? await shownTable(page) : undefined, problems, workers: page.workers().length };
  } finally {
    await page.close();
  }
}

const shownTable = (page: Page): Promise<Table> =>
  page.locator("tr").evaluateAll((rows) => rows.map((row) => Array.from(row.children, (cell) => cell.textContent)));
