/** Importing this file makes the names of optimizers, losses and metrics known to `compile`. The main entry does. */
import { setFinders } from "./find.ts";
import { get as loss } from "./losses/get.ts";
import { get as metric } from "./metrics/get.ts";
import { get as optimizer } from "./optimizers/get.ts";

setFinders({ optimizer, loss, metric });
