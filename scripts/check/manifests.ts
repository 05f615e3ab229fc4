// Manifests: what every package.json of a public package must say, so that publishing one is never a surprise.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plural, report } from "../lib/report.ts";
import { type Package, packages } from "../lib/workspace.ts";

interface PublicManifest {
  readonly name: string;
  readonly type?: string;
  readonly license?: string;
  readonly description?: string;
  readonly sideEffects?: false | readonly string[];
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, string | Target>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Target {
  readonly types: string;
  /** The same modules joined into few files, see build-package.ts. */
  readonly node: string;
  readonly default: string;
}

const core = "@antler/tensor-core";
/** `workspace:^` here would make every 0.x minor of the core a major release of all others. */
const coreRange = ">=0.1.0 <1.0.0";
/** What a package may depend on beside ours: small, without dependencies of its own, and better than we would write it. */
const outside: Readonly<Record<string, readonly string[]>> = {
  "@antler/savedmodel": ["fflate"],
};

const problems = packages().flatMap((pkg) => problemsOf(pkg).map((problem) => `packages/${pkg.folder}/package.json: ${problem}`));
report(problems, plural(packages().length, "package"));

function problemsOf(pkg: Package): string[] {
  const found: string[] = [];
  const check = (ok: boolean | undefined, problem: string): void => {
    if (!ok) found.push(problem);
  };
  const manifest = JSON.parse(readFileSync(join(pkg.path, "package.json"), "utf8")) as PublicManifest;

  check(manifest.name === `@antler/${pkg.folder}`, `name is @antler/${pkg.folder}`);
  check(manifest.type === "module", 'type is "module"');
  check(manifest.license === "Apache-2.0", "license is Apache-2.0");
  check(manifest.description !== undefined, "has a description");
  check(manifest.engines?.node === ">=20.19.0", "engines.node is >=20.19.0");
  check(manifest.publishConfig?.access === "public", "publishConfig.access is public");
  check(manifest.files?.includes("dist"), "files contains dist");
  check(!manifest.files?.includes("src"), "files does not contain src");

  for (const [entry, source] of Object.entries(manifest.exports)) {
    if (!source.endsWith(".ts")) continue;
    const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
    const target = manifest.publishConfig?.exports?.[entry];
    check(existsSync(join(pkg.path, source)), `exports["${entry}"] names ${source}, which does not exist`);
    const expected: Target = { types: `${built}.d.ts`, node: `${built.replace("./dist/", "./dist/node/")}.js`, default: `${built}.js` };
    check(JSON.stringify(target) === JSON.stringify(expected), `publishConfig.exports["${entry}"] is ${JSON.stringify(expected)}`);
  }

  // Registering a backend, file formats or names is the only thing an import may do, of a `register` entry or of what imports one.
  const registering = Object.entries(manifest.exports)
    .filter(([entry, source]) => ["./register", "./keras"].includes(entry) || registers(join(pkg.path, source)))
    .map(([, source]) => source);
  const effects =
    registering.length > 0 &&
    registering.flatMap((file) => [file, ...["dist", "dist/node"].map((to) => file.replace("./src/", `./${to}/`).replace(/\.ts$/, ".js"))]);
  check(JSON.stringify(manifest.sideEffects) === JSON.stringify(effects), `sideEffects is ${JSON.stringify(effects)}`);

  check(manifest.dependencies?.[core] === undefined, `${core} is a peer, not a dependency: there must be one copy`);
  if (manifest.name !== core) {
    check(manifest.peerDependencies?.[core] === coreRange, `peerDependencies["${core}"] is "${coreRange}"`);
    check(manifest.devDependencies?.[core] === "workspace:^", `devDependencies["${core}"] is "workspace:^"`);
  }
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    const ours = name.startsWith("@antler/") && range === "workspace:^";
    const known = outside[manifest.name]?.includes(name);
    check(ours || known, `dependency ${name}: only workspace packages, as workspace:^, and those manifests.ts lists`);
  }
  return found;
}

/** Whether a module imports the file that registers what its package has. */
function registers(path: string): boolean {
  return existsSync(path) && path.endsWith(".ts") && readFileSync(path, "utf8").includes('\nimport "./register.ts";');
}
