// The program, in a worker of a page.
import { results } from "./program.ts";

void results().then(postMessage);
