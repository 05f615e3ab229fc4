// Set up before test files where ANTLER_DEBUG asks for it: hands the compiler its printer.
import { usePrinter } from "../../packages/compiler/src/index.ts";
import * as printer from "../../packages/compiler/src/print/index.ts";

usePrinter(printer);
