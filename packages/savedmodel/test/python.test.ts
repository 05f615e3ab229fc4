// What Python's h5py finds in the files written here, and makes of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { lacking, python } from "../../../scripts/lib/python.ts";
import { readHdf5, readZip, writeHdf5, writeZip } from "../src/index.ts";
import { type Contents, describeTree, dumpScript, file } from "./golden.ts";
import { everything } from "./trees.ts";

const run = (...args: string[]) => spawnSync(python, ["-B", ...args], { encoding: "utf8", maxBuffer: 1 << 28, timeout: 120_000 });
const lack = lacking(["h5py"]);

/** Tests that cannot run say why. A Python that was named must do. */
const needsH5py = (context: TestContext): void => {
  if (lack === undefined) return;
  if (process.env["ANTLER_PYTHON"] !== undefined) throw new Error(lack);
  context.skip(lack);
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-python-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
function output(...args: string[]): string {
  const { status, stdout, stderr } = run(...args);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
const dump = (path: string): Contents => (JSON.parse(output(fileURLToPath(dumpScript), path)) as [Contents])[0];
const asRead = (contents: Contents): unknown => JSON.parse(JSON.stringify(contents));

describe("h5py", () => {
  it("finds in a written file what was put in", (context) => {
    needsH5py(context);
    const root = everything();
    expect(dump(written("everything.h5", writeHdf5(root)))).toEqual(asRead(describeTree(root)));
  });

  it("finds in a file of Keras that was read and written what was in it before", (context) => {
    needsH5py(context);
    const path = written("model.weights.h5", writeHdf5(readHdf5(file("model.weights.h5"))));
    expect(dump(path)).toEqual(dump(written("before.h5", file("model.weights.h5"))));
  });

  it("goes on writing in such a file, and it is read again", (context) => {
    needsH5py(context);
    const path = written("changed.h5", writeHdf5(everything()));
    const change = `
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    for i in range(100):
        f[f"many/new {i}"] = i
        del f[f"many/{5 * i}"]
        f["deep"].attrs[f"a{i}"] = "text"
    f.attrs["list"] = ["d"]
    del f.attrs["long"]
    f["numbers/matrix/float32"][1] = 9`;
    output("-c", change, path);
    const root = readHdf5(readFileSync(path));
    expect(describeTree(root)).toEqual(dump(path));
    expect(root.group("many").children.size).toBe(600);
    expect([...(root.dataset("numbers/matrix/float32").data() as Float32Array)]).toEqual([0, 1, 9, 9, 4, 5]);
  });
});

it("Python's zipfile finds an archive whole", (context) => {
  needsH5py(context);
  const path = written("a.zip", writeZip(["größe", "b/c"].map((name) => ({ name, bytes: new Uint8Array(999).map((_, i) => i) }))));
  const look = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print(z.testzip(), [(i.filename, i.compress_type, i.file_size) for i in z.infolist()])`;
  expect(output("-X", "utf8", "-c", look, path).trim()).toBe("None [('größe', 0, 999), ('b/c', 0, 999)]");
});

it("archives that Python writes in other ways are read: large ones feared, streamed ones, folders", (context) => {
  needsH5py(context);
  const write = `
import io, sys, zipfile
class Stream(io.RawIOBase):
    writable = lambda self: True
    write = lambda self, data: sys.stdout.buffer.write(data)
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("feared", "w", force_zip64=True) as member:
        member.write(b"text" * 99)
    z.writestr("folder/", b"")
with zipfile.ZipFile(Stream(), "w") as z:
    z.writestr("stored", b"text")
    z.writestr("deflated", b"text" * 99, zipfile.ZIP_DEFLATED)`;
  const path = join(folder, "feared.zip");
  const streamed = spawnSync(python, ["-c", write, path]).stdout;
  const sizes = [readFileSync(path), streamed].map((bytes) => [...readZip(bytes).values()].map(({ name, read }) => [name, read().length]));
  expect(sizes).toEqual([
    [["feared", 396]],
    [
      ["stored", 4],
      ["deflated", 396],
    ],
  ]);
});
