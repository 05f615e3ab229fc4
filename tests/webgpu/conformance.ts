// The conformance suite in Chromium: run in the page, some hundred cases at a time.
import { beforeAll, describe, expect, it } from "vitest";
import { expectedNames, type Part, rowsOf } from "../../packages/backend-webgpu/test/conformance.ts";
import { PATIENCE, pageForTests } from "./browser.ts";

const CHUNK = 100;

/** Registers the cases of a part. */
export function conformanceInChromium(which: Part): void {
  const expected = expectedNames(rowsOf(which));

  describe("webgpu in Chromium", () => {
    const page = pageForTests();
    beforeAll(async () => {
      await page().evaluate(({ part, of }) => openSuite(part, of), which);
    }, PATIENCE);

    it("leaves out what has 64 bits, and nothing else", async () => {
      const { adapter, names, skipped } = await page().evaluate(() => ({ ...suite, run: undefined }));
      expect(names).toEqual(expected);
      expect(skipped).toBe(0);
      console.log(`webgpu in Chromium, ${adapter}: ${names.length} cases, part ${which.part + 1} of ${which.of}, ${skipped} skipped`);
    });

    const starts = expected.map((_, i) => i).filter((i) => i % CHUNK === 0);
    it.each(starts)(`cases from %d, at most ${CHUNK}`, { timeout: PATIENCE }, async (from) => {
      expect(await page().evaluate(([from, to]) => suite.run(from!, to!), [from, from + CHUNK])).toEqual([]);
    });
  });
}
