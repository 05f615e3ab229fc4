// Builds every package that has changed: `pnpm build`.
import { buildAll } from "./lib/pack.ts";
import { plural } from "./lib/report.ts";
import { packages } from "./lib/workspace.ts";

buildAll();
console.log(`built ${plural(packages().length, "package")}`);
