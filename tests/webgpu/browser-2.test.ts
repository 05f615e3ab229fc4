// The conformance suite on WebGPU in Chromium, part 2 of 2.
import { conformanceInChromium } from "./conformance.ts";

conformanceInChromium({ part: 1, of: 2 });
