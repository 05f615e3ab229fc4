// Which names of Keras the tests judge: those that compare with Keras's numbers say so, in their options.
import { createVitest, type TestCase } from "vitest/node";
import type {} from "../../packages/keras-api/test/oracle/judges.ts";
import { root } from "../lib/workspace.ts";

export interface Judged {
  /** Names that at least one test judges, and no test that fails. */
  readonly names: ReadonlySet<string>;
  /** Titles of tests that judge and failed. */
  readonly failures: readonly string[];
}

const folders = ["packages/keras-api/test", "packages/savedmodel/test"];

/** `tests: "run"` runs them. `"list"` only reads what they say, which is enough where all tests are run anyway. */
export async function judgedBy(tests: "run" | "list"): Promise<Judged> {
  const vitest = await createVitest("test", { root, watch: false, reporters: [{}] });
  try {
    const { testModules } = await (tests === "run" ? vitest.start(folders) : vitest.collect(folders, { staticParse: false }));
    const errors = testModules.flatMap((module) => module.errors().map(({ message }) => `${module.moduleId}: ${message}`));
    if (errors.length > 0) throw new Error(errors.join("\n"));
    const judging = testModules.flatMap((module) => [...module.children.allTests()]).filter((test) => test.meta().keras !== undefined);
    const bad = judging.filter((test) => !stands(test, tests));
    const names = new Set(judging.flatMap((test) => test.meta().keras ?? []));
    for (const name of bad.flatMap((test) => test.meta().keras ?? [])) names.delete(name);
    return { names, failures: bad.map(({ fullName }) => fullName) };
  } finally {
    await vitest.close();
  }
}

const stands = (test: TestCase, tests: "run" | "list"): boolean =>
  tests === "run" ? test.result().state === "passed" : (test.options.mode ?? "run") === "run";
