// Builds and packs every public package: `pnpm pack:all <folder>`.
import { packAll } from "./lib/pack.ts";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("Usage: pnpm pack:all <folder>");
  process.exit(1);
}
for (const { tarball } of packAll(folder)) console.log(tarball);
