// The program on one thread.
import { results } from "./program.ts";

console.table(await results({ threads: 1 }));
