// The conformance suite on WebGPU in Chromium, part 1 of 2.
import { conformanceInChromium } from "./conformance.ts";

conformanceInChromium({ part: 0, of: 2 });
