// What Keras makes of files written here, and what is made here of files Keras writes now.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadModel } from "@antler/keras-api";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { lacking, python } from "../../../../scripts/lib/python.ts";
import { judges } from "../../../keras-api/test/oracle/judges.ts";
import { expectClose, expectSame, fixtures, fixturesIn, predictions, type Report, scripts } from "./fixtures.ts";

const MINUTES = 3 * 60_000;
const run = (...args: string[]) => spawnSync(python, ["-B", ...args], { encoding: "utf8", maxBuffer: 1 << 28, timeout: MINUTES });
const lack = lacking(["keras", "tensorflow", "h5py"]);

/** Tests that cannot run say why. A Python that was named must do. */
const needsKeras = (context: TestContext): void => {
  if (lack === undefined) return;
  if (process.env["ANTLER_PYTHON"] !== undefined) throw new Error(lack);
  context.skip(lack);
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-keras-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = run(fileURLToPath(new URL(name, scripts)), ...args);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

it("Keras loads what is written here, and goes on training as we do", {
  ...judges("keras.saving.save_model"),
  timeout: MINUTES,
}, async (context) => {
  needsKeras(context);
  const models = await Promise.all(fixtures.cases.map(({ name }) => loadModel(fixtures.file(`${name}.keras`))));
  const paths = fixtures.cases.map(({ name }) => join(folder, `${name}.keras`));
  for (const [i, model] of models.entries()) await model.save(paths[i]!);
  const reports = JSON.parse(script("resume.py", ...paths)) as Report[];
  for (const [i, model] of models.entries()) await expectSame(model, reports[i]!);
});

it("Keras loads weights that are written here", { ...judges("keras.saving.save_weights"), timeout: MINUTES }, async (context) => {
  needsKeras(context);
  const cases = fixtures.cases.filter(({ extensions }) => extensions.includes(".weights.h5"));
  const files: string[] = [];
  for (const { name } of cases) {
    const path = join(folder, `${name}.weights.h5`);
    await (await loadModel(fixtures.file(`${name}.keras`))).saveWeights(path);
    files.push(`${path}=${name.split("-")[0]}`);
  }
  const reports = JSON.parse(script("resume.py", ...files)) as Report[];
  expect(reports.map(({ predictions }) => predictions.map(({ shape }) => shape))).toEqual(
    cases.map(({ predictions }) => predictions.map(({ shape }) => shape)),
  );
  for (const [i, { name }] of cases.entries()) {
    await expectClose(predictions(await loadModel(fixtures.file(`${name}.keras`)), cases[i]!), reports[i]!.predictions);
  }
});

it("what Keras writes now is loaded, and training goes on as in Keras", {
  ...judges("keras.saving.load_model"),
  timeout: MINUTES,
}, async (context) => {
  needsKeras(context);
  script("generate.py", folder);
  const { cases, file } = fixturesIn(pathToFileURL(`${folder}/`));
  for (const c of cases) {
    for (const extension of c.extensions.filter((e) => e !== ".weights.h5")) await expectSame(await loadModel(file(c.name + extension)), c);
  }
});
