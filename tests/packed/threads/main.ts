// The program, in a page or in Node. A page's address says what else it should do.
import { results } from "./program.ts";

const wishes = new URLSearchParams(globalThis.location?.search);
console.table(await results({ workerUrl: wishes.get("workers") ?? undefined, kill: wishes.has("kill") }));
