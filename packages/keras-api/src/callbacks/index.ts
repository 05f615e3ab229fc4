/** Callbacks. */
export { Callback, type CallbackParams, type Logs, type Verbosity } from "./callback.ts";
export { History } from "./history.ts";
export { LambdaCallback, lambdaCallback } from "./lambda-callback.ts";
export { ProgbarLogger, type ProgbarLoggerOptions } from "./progbar-logger.ts";
