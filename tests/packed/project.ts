// Scratch projects: what somebody has who copied an example and installed its packages, here from the tarballs.
import { execFile } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Packed } from "../../scripts/lib/pack.ts";
import { readManifest, root, tool } from "../../scripts/lib/workspace.ts";

const execute = promisify(execFile);

/** The examples that are pages, too. */
export const programs: readonly string[] = globSync("examples/*/index.html", { cwd: root })
  .map((file) => basename(dirname(file)))
  .sort();

/** The pages of all projects. */
export const pages: readonly string[] = [
  ...programs.map((program) => `${program}/index.html`),
  "threads/index.html",
  "threads/worker.html",
  "webgpu/index.html",
];

type Names = Readonly<Record<string, string>>;

/** Copies the examples to `folder`, each a project of its own with the packages it asks for. */
export async function installExamples(packed: readonly Packed[], folder: string): Promise<void> {
  for (const file of globSync("examples/*.*", { cwd: root })) cpSync(join(root, file), join(folder, basename(file)));
  for (const program of programs) await installExample(program, packed, join(folder, program));
}

const layout = "packages/backend-cpu/src/threads/layout.ts";
/** The program that is about threads, with the one file that it takes from the sources. */
export async function installThreads(packed: readonly Packed[], folder: string): Promise<void> {
  const project = join(folder, "threads");
  cpSync(join(import.meta.dirname, "threads"), project, { recursive: true });
  cpSync(join(root, layout), join(project, "layout.ts"));
  const witness = join(project, "witness.ts");
  writeFileSync(witness, readFileSync(witness, "utf8").replace(`../../../${layout}`, "./layout.ts"));
  await install(project, ["@antler/backend-cpu", "@antler/keras-api", "@antler/tensor-core"], packed);
}

/** The program that writes and reads files of models. */
export async function installFiles(packed: readonly Packed[], folder: string): Promise<void> {
  const project = join(folder, "files");
  cpSync(join(import.meta.dirname, "files"), project, { recursive: true });
  await install(project, ["@antler/backend-cpu", "@antler/keras-api", "@antler/savedmodel", "@antler/tensor-core"], packed);
}

/** The program on the GPU. Dawn is too large to be packed: the workspace's own is linked. */
export async function installWebGpu(packed: readonly Packed[], folder: string): Promise<void> {
  const project = join(folder, "webgpu");
  cpSync(join(import.meta.dirname, "webgpu"), project, { recursive: true });
  await install(project, ["@antler/backend-webgpu", "@antler/keras-api", "@antler/tensor-core"], packed, {
    webgpu: `file:${realpathSync(join(import.meta.dirname, "node_modules/webgpu"))}`,
  });
}

async function installExample(program: string, packed: readonly Packed[], project: string): Promise<void> {
  const example = join(root, "examples", program);
  mkdirSync(project);
  for (const file of globSync("*.{ts,html}", { cwd: example })) cpSync(join(example, file), join(project, file));
  await install(project, Object.keys(readManifest(example).dependencies ?? {}), packed);
}

async function install(project: string, wanted: readonly string[], packed: readonly Packed[], others: Names = {}): Promise<void> {
  const tarballs = new Map(packed.map(({ pkg, tarball }) => [pkg.manifest.name, `file:${tarball}`]));
  const manifest = {
    name: basename(project),
    private: true,
    type: "module",
    dependencies: { ...Object.fromEntries(wanted.map((name) => [name, tarballs.get(name)])), ...others },
    // Packages that only packages ask for come from tarballs as well.
    overrides: Object.fromEntries([...tarballs].map(([name, tarball]) => [name, wanted.includes(name) ? `$${name}` : tarball])),
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest, null, 2));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund"], project);
}

/** Compiles a project as its owner would: the declarations in the tarballs are checked, too. */
export async function compile(project: string, files: readonly string[] = ["main.ts"]): Promise<void> {
  const options = {
    compilerOptions: {
      target: "ES2022",
      module: "NodeNext",
      lib: ["ES2023", "ESNext.Disposable", "DOM"],
      types: [],
      strict: true,
      rewriteRelativeImportExtensions: true,
      skipLibCheck: false,
      outDir: "dist",
    },
    files,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(options, null, 2));
  await run(process.execPath, [tool("typescript", "tsc"), "-p", "."], project);
}

/** Runs a program on that Node, which may not make code from strings, and gives what it printed. */
export async function runOn(node: string, file: string): Promise<string> {
  return run(node, ["--disallow-code-generation-from-strings", file], dirname(file));
}

async function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  // What npm tells the programs it runs is about this repository, not about the scratch project.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  try {
    return (await execute(file, args, { cwd, env, shell: file === "npm" && process.platform === "win32" })).stdout;
  } catch (error) {
    const { message, stdout } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout ?? ""}`);
  }
}
