/** Importing this file makes the names of optimizers, losses and metrics known, and gives models summaries. The main entry does. */
import { setExtras } from "./extras.ts";
import { STFT } from "./initializers/stft.ts";
import { get as loss } from "./losses/get.ts";
import { get as metric } from "./metrics/get.ts";
import { summaryOf as summary } from "./models/summary.ts";
import { get as optimizer } from "./optimizers/get.ts";

setExtras({ rareInitializers: { STFT }, optimizer, loss, metric, summary });
