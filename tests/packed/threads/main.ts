// The program, in a page or in Node.
import { results } from "./program.ts";

console.table(await results());
