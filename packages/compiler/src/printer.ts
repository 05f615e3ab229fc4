/** Finds what prints, once something is to be printed: applications do not carry it, Node loads it by its name. */
import { BackendError, onEvent } from "@antler/tensor-core";
import type * as Printer from "./print/index.ts";

let printer: typeof Printer | undefined;

/**
 * Hands over the printer where it cannot be loaded by its name: in browsers and bundles.
 * @example
 * import * as printer from "@antler/compiler/print";
 * usePrinter(printer);
 */
export function usePrinter(given: typeof Printer): void {
  printer = given;
}

interface Process {
  readonly env?: { readonly [name: string]: string | undefined };
  getBuiltinModule?(name: "module"): { createRequire(from: string): (name: string) => unknown };
}
const environment = (): Process | undefined => (globalThis as { readonly process?: Process }).process;

export function findPrinter(): typeof Printer {
  printer ??= environment()
    ?.getBuiltinModule?.("module")
    .createRequire(import.meta.url)("@antler/compiler/print") as typeof printer;
  if (printer) return printer;
  throw new BackendError("print", "the printer is not loaded", { hint: 'Call usePrinter() with what "@antler/compiler/print" exports.' });
}

let debugging = false;
/** Prints events from now on, if the environment asks for it: `ANTLER_DEBUG=1` to `4`. */
export function debugFromEnvironment(): void {
  const level = Number(environment()?.env?.["ANTLER_DEBUG"] ?? 0);
  if (debugging || !(level >= 1)) return;
  debugging = true;
  findPrinter().debugPrinter(Math.min(level, 4) as Printer.DebugLevel, undefined, onEvent);
}
