/** What has been computed where: values of code nodes in locals, one a unit of the vector step or one for all. */

import type { Code } from "@antler/compiler/machine";
import type { Local } from "../wasm/index.ts";

export class Scope {
  readonly #values = new Map<Code, readonly Local[]>();
  readonly #outer: Scope | undefined;
  constructor(outer?: Scope) {
    this.#outer = outer;
  }
  get(e: Code): readonly Local[] | undefined {
    return this.#values.get(e) ?? this.#outer?.get(e);
  }
  set(e: Code, locals: readonly Local[]): void {
    this.#values.set(e, locals);
  }
  /** The local of a node in one unit. */
  at(e: Code, unit: number): Local {
    const locals = this.get(e)!;
    return locals.length === 1 ? locals[0]! : locals[unit]!;
  }
}
