// Before the tests that need drivers or a browser, in the process that starts them: what is missing is installed, once.
import { installDrivers } from "./drivers.ts";

export const setup = (): void => installDrivers();
