// Assembles functions into the bytes of one WebAssembly module.

import { ByteSink } from "./encode.ts";
import { FunctionBuilder } from "./function.ts";
import { type ImportedFunction, type Signature, typeCode, type ValueType } from "./types.ts";

export interface MemoryImport {
  /** Where the memory is imported from. Default: "env". */
  readonly module?: string;
  /** Default: "memory". */
  readonly name?: string;
  /** Must agree with the memory given: engines refuse a plain memory for a shared import. */
  readonly shared?: boolean;
  /** In pages of 64 KiB. Default: 0. */
  readonly minimum?: number;
  /** In pages of 64 KiB. Default: 65536, which is 4 GiB. */
  readonly maximum?: number;
}

export interface ModuleContent {
  readonly memory: MemoryImport;
  /** The functions to export by name. Whatever they call, directly or not, is included too. */
  readonly functions: Readonly<Record<string, FunctionBuilder>>;
}

/** The module's bytes, ready for `new WebAssembly.Module`. Types that are equal are written once. */
export function assembleModule({ memory, functions }: ModuleContent): Uint8Array<ArrayBuffer> {
  const { imported, defined } = reachable(Object.values(functions));
  const numbers = new Map([...imported, ...defined].map((target, number) => [target, number]));
  const numberOf = (target: FunctionBuilder | ImportedFunction): number => numbers.get(target) ?? NaN;
  const types = new TypeSection();

  const imports = new ByteSink().unsigned(imported.length + 1);
  writeMemoryImport(imports, memory);
  for (const target of imported) {
    imports.name(target.module).name(target.name).byte(0x00).unsigned(types.numberOf(target));
  }

  const declarations = new ByteSink().unsigned(defined.length);
  for (const target of defined) declarations.unsigned(types.numberOf(target.signature));

  const exports = new ByteSink().unsigned(Object.keys(functions).length);
  for (const [name, target] of Object.entries(functions)) {
    exports.name(name).byte(0x00).unsigned(numberOf(target));
  }

  const code = new ByteSink().unsigned(defined.length);
  for (const target of defined) code.sized(target.body(numberOf));

  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return new ByteSink()
    .bytes(magicAndVersion)
    .byte(1)
    .sized(types.content())
    .byte(2)
    .sized(imports)
    .byte(3)
    .sized(declarations)
    .byte(7)
    .sized(exports)
    .byte(10)
    .sized(code)
    .view()
    .slice();
}

/** All functions that can be called from the given ones, callers first. */
function reachable(roots: readonly FunctionBuilder[]): {
  imported: ImportedFunction[];
  defined: FunctionBuilder[];
} {
  const seen = new Set<FunctionBuilder | ImportedFunction>(roots);
  // A Set is iterated in insertion order, over what is added meanwhile too.
  for (const target of seen) {
    if (!(target instanceof FunctionBuilder)) continue;
    for (const site of target.callSites) seen.add(site.target);
  }
  const all = [...seen];
  return {
    imported: all.filter((target) => !(target instanceof FunctionBuilder)) as ImportedFunction[],
    defined: all.filter((target) => target instanceof FunctionBuilder),
  };
}

function writeMemoryImport(sink: ByteSink, memory: MemoryImport): void {
  const { module = "env", name = "memory", shared = false, minimum = 0, maximum = 65536 } = memory;
  sink
    .name(module)
    .name(name)
    .byte(0x02)
    .byte(shared ? 0x03 : 0x01)
    .unsigned(minimum)
    .unsigned(maximum);
}

/** The distinct signatures, in order of first use. */
class TypeSection {
  readonly #numbers: Map<string, number> = new Map();
  readonly #encoded: ByteSink = new ByteSink();

  numberOf({ parameters, results }: Signature): number {
    const key = `${parameters}:${results}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    this.#encoded.byte(0x60);
    this.#writeTypes(parameters);
    this.#writeTypes(results);
    return this.#numbers.size - 1;
  }

  content(): ByteSink {
    return new ByteSink().unsigned(this.#numbers.size).bytes(this.#encoded.view());
  }

  #writeTypes(types: readonly ValueType[]): void {
    this.#encoded.unsigned(types.length);
    for (const type of types) this.#encoded.byte(typeCode(type));
  }
}
