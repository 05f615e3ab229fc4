// Puts functions together into the bytes of a module.

import { ByteSink } from "./encode.ts";
import { type FunctionBuilder, slotSignature } from "./function.ts";

export interface MemoryImport {
  /** Must agree with the memory given as `env.memory`: engines refuse a plain one for a shared import. Default: false. */
  readonly shared?: boolean;
}

export interface ModuleContent {
  readonly memory: MemoryImport;
  /** The functions to export by (ASCII) name. Whatever they call, directly or not, is included too. */
  readonly functions: Readonly<Record<string, FunctionBuilder>>;
  /** Whether functions call slots of a table, which is imported then, as `env.table`. Default: false. */
  readonly callsSlots?: boolean;
}

/** Functions at work on a memory, and the bytes that other threads make them of. */
export interface LoadedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly exports: WebAssembly.Exports;
}

export function loadModule(
  { memory, shared }: { readonly memory: WebAssembly.Memory; readonly shared: boolean },
  functions: ModuleContent["functions"],
  table?: WebAssembly.Table,
): LoadedModule {
  const bytes = assembleModule({ memory: { shared }, functions, callsSlots: table !== undefined });
  const env = { memory, ...(table && { table }) };
  return { bytes, exports: new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports };
}

/** The module's bytes, ready for `new WebAssembly.Module`. */
export function assembleModule({ memory, functions, callsSlots = false }: ModuleContent): Uint8Array<ArrayBuffer> {
  const reachable = new Set(Object.values(functions));
  // A Set is iterated in insertion order, over what is added meanwhile too.
  for (const { calls } of reachable) for (const { target } of calls) reachable.add(target);
  const all = [...reachable];
  const numbers = new Map(all.map((target, number) => [target, number]));
  const numberOf = (target: FunctionBuilder): number => numbers.get(target) as number;

  const sink = new ByteSink().bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const section = (id: number, items: readonly ByteSink[]): void => {
    const list = new ByteSink().unsigned(items.length);
    for (const item of items) list.bytes(item.view());
    sink.byte(id).sized(list.view());
  };
  section(1, [new ByteSink().bytes(slotSignature), ...all.map((target) => target.signature())]);
  const memoryImport = [0x02, memory.shared ? 0x03 : 0x01];
  const imports = [new ByteSink().name("env").name("memory").bytes(memoryImport).unsigned(0).unsigned(65536)];
  if (callsSlots) imports.push(new ByteSink().name("env").name("table").bytes([0x01, 0x70, 0x00, 0x00]));
  section(2, imports);
  section(
    3,
    all.map((_, number) => new ByteSink().unsigned(number + 1)),
  );
  section(
    7,
    Object.entries(functions).map(([name, target]) => new ByteSink().name(name).byte(0x00).unsigned(numberOf(target))),
  );
  section(
    10,
    all.map((target) => new ByteSink().sized(target.body(numberOf).view())),
  );
  return sink.view().slice();
}
