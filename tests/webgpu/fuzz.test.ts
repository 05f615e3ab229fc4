// Random graphs on WebGPU in Chromium: other ones than in Node, and as few.
import { expect, it } from "vitest";
import { PATIENCE, pageForTests } from "./browser.ts";

const page = pageForTests();
const [SEED, GRAPHS] = [6000, 12];

it(`${GRAPHS} random graphs`, { timeout: PATIENCE }, async () => {
  const { adapter, ran, failures } = await page().evaluate(([seed, count]) => fuzzGraphs(seed!, count!), [SEED, GRAPHS]);
  console.log(`webgpu in Chromium, ${adapter}: ${ran} random graphs, seeds from ${SEED}`);
  expect(failures).toEqual([]);
  expect(ran).toBe(GRAPHS);
});
