// Layers: which package may import which. The table is the architecture; everything not in it is an error.
import { builtinModules } from "node:module";
import { basename, relative, resolve } from "node:path";
import { importsOf, nameOf } from "../lib/modules.ts";
import { plural, report } from "../lib/report.ts";
import { isTest, type Package, packages, sources } from "../lib/workspace.ts";

/** Package → packages it may import. A package may always import itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  "tensor-core": [],
  compiler: ["tensor-core"],
  autodiff: ["tensor-core"],
  "backend-cpu": ["tensor-core", "compiler"],
  "backend-webgpu": ["tensor-core", "compiler"],
  "keras-api": ["tensor-core", "autodiff"],
  savedmodel: ["tensor-core"],
};

/** Entries of a package that may import more than the package, with the folder or file their code is in. */
const entries: Readonly<Record<string, readonly string[]>> = {
  "savedmodel/src/keras": ["keras-api"],
};

/** Modules from outside that code of a package may import: they exist where the package runs, or manifests.ts lists them as dependencies. */
const outside: Readonly<Record<string, readonly string[]>> = {
  "backend-cpu": ["node:worker_threads"],
  savedmodel: ["fflate"],
};

const scope = "@antler/";
const known = packages();
const problems: string[] = [];
let count = 0;

for (const pkg of known) {
  if (layers[pkg.folder] === undefined) {
    problems.push(`packages/${pkg.folder} has no row in the table of scripts/check/layers.ts`);
    continue;
  }
  for (const file of sources(pkg)) {
    count++;
    for (const { specifier, line } of importsOf(file)) {
      const problem = isTest(file) ? problemInTest(pkg, file, specifier) : problemInSource(pkg, file, specifier);
      if (problem !== undefined) problems.push(`${nameOf(file)}:${line} imports ${specifier}: ${problem}`);
    }
  }
}
report(problems, `${plural(count, "file")} of ${plural(known.length, "package")}`);

function problemInSource(pkg: Package, file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return problemOfPath(pkg, file, specifier);
  if (!specifier.startsWith(scope)) {
    return outside[pkg.folder]?.includes(specifier) ? undefined : "library code has no dependencies but ours";
  }
  const [folder = "", ...rest] = specifier.slice(scope.length).split("/");
  const subpath = rest.length === 0 ? "." : `./${rest.join("/")}`;
  const target = known.find((other) => other.folder === folder);
  if (target?.manifest.exports[subpath] === undefined) return "no package exports this";
  const path = `${pkg.folder}/${relative(pkg.path, file).replaceAll("\\", "/")}`;
  const more = Object.entries(entries).flatMap(([prefix, names]) => (path.startsWith(prefix) ? names : []));
  const allowed = [pkg.folder, ...(layers[pkg.folder] ?? []), ...more];
  if (!allowed.includes(folder)) return `${pkg.folder} may import ${allowed.slice(1).join(", ") || "no other package"}`;
  // Conformance suites are for tests and for other conformance suites, never for code that ships in an application.
  if (subpath === "./testing" && !path.includes("/src/testing/")) return "only tests import a testing entry";
  return undefined;
}

/** Tests see every package, Node and the test runner. */
function problemInTest(pkg: Package, file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return problemOfPath(pkg, file, specifier);
  if (specifier.startsWith(scope) || specifier === "vitest") return undefined;
  return specifier.startsWith("node:") && builtinModules.includes(specifier.slice(5)) ? undefined : "tests import ours, vitest and Node";
}

function problemOfPath(pkg: Package, file: string, specifier: string): string | undefined {
  const inside = !relative(pkg.path, resolve(file, "..", specifier)).startsWith("..");
  if (!inside) return "a relative import stays in its package";
  return !isTest(file) && isTest(basename(specifier)) ? "code does not import tests" : undefined;
}
