// The version the core names in errors is the one it is published as.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { VERSION } from "../src/index.ts";

test("VERSION is the package's", async () => {
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  expect(VERSION).toBe(version);
});
