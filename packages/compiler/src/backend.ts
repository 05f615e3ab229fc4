/** A Backend out of a Device: storages, submission in order, and programs. */
import {
  type Backend,
  byteSize,
  countNodes,
  DisposedError,
  emit,
  type Graph,
  listening,
  OutOfMemoryError,
  type Program,
  type RunOptions,
  type StaticSpec,
  type Storage,
  type Work,
} from "@antler/tensor-core";
import { copyRows } from "./copy-rows.ts";
import { type Keeper, Kept } from "./kept.ts";
import type { Buffer, Device, Kernel, Run } from "./kernel.ts";
import { type Block, layOut, sizesOf } from "./layout.ts";
import { lower } from "./lower.ts";
import { debugFromEnvironment, findPrinter } from "./printer.ts";
import { Executable, type Frame } from "./program.ts";
import { work } from "./work.ts";

interface DeviceStorage extends Storage, Keeper {
  block: Block | undefined;
  /** Why its numbers never came to be. */
  failure: unknown;
}

export interface KernelProgram extends Program {
  /** What it was compiled to. Outside of Node the printer must be handed over first, see `usePrinter`. */
  print(): string;
  readonly executable: Executable;
}
export interface KernelBackend extends Backend {
  compile(graph: Graph): KernelProgram;
  readonly device: Device;
  /** A storage of memory that is there already; freeing it frees the buffer. */
  adopt(buffer: Buffer, spec: StaticSpec): Storage;
  /** The memory of a storage, once everything submitted before is handed to the device. */
  bufferOf(storage: Storage): Promise<Buffer>;
}

const MINIMUM_BYTES = 16;
/** Kernels that later programs may find made. */
const KERNELS_KEPT = 8192;

/**
 * Makes a backend of a device: most backend authors write only memory and a printer of kernels.
 * Work is done in the order it is submitted; `run` returns handles at once. A step that needs numbers on the host makes
 * later work wait, never JavaScript, unless the device can be read synchronously.
 */
export function kernelBackend(device: Device): KernelBackend {
  debugFromEnvironment();
  const dtypes = new Set(device.dtypes);
  let arena: Block = { buffer: undefined, bytes: 0, sharers: 1 };
  /** Work that is still waiting; everything later goes behind it. */
  let tail: Promise<void> | undefined;
  const linked = new Map<string, Run>();

  const allot = (bytes: number): Block => ({ buffer: device.alloc(Math.max(bytes, MINIMUM_BYTES)), bytes, sharers: 1 });
  const allocate = (bytes: number): Block => {
    try {
      return allot(bytes);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError && kept.clear())) throw error;
      return allot(bytes);
    }
  };
  const wrap = (block: Block, spec: StaticSpec): DeviceStorage => ({
    backend,
    spec,
    holders: 0,
    place: 0,
    block,
    failure: undefined,
    kept: undefined,
  });
  const open = (s: Storage, op: string): Block => {
    const { block, failure } = s as DeviceStorage;
    if (failure) throw failure;
    if (!block) throw new DisposedError(op, "the storage was freed or given to a program", { got: [s.spec] });
    return block;
  };
  const drop = (block: Block): void => {
    if (--block.sharers > 0) return;
    if (tail) void tail.then(() => device.free(block.buffer));
    else device.free(block.buffer);
  };
  const kept = new Kept(allot, drop);
  const room = (bytes: number): Buffer => {
    // Temporaries may all be empty, and still lie somewhere.
    if (bytes > arena.bytes || arena.buffer === undefined) {
      const old = arena;
      arena = allocate(bytes);
      if (old.bytes) drop(old);
    }
    return arena.buffer;
  };

  /** Runs work now if nothing waits before it; otherwise, or once it waits, later. */
  function submit(make: () => Work | void, failed: (error: unknown) => void): void {
    const memory = device.settled?.();
    let later: Promise<void>;
    if (tail || memory) later = Promise.all([tail, memory]).then(() => finish(make()));
    else {
      const w = make();
      const first = w?.next();
      if (!w || !first || first.done) return;
      later = first.value.then((bytes) => finish(w, bytes));
    }
    const mine = later.catch(failed).then(() => {
      if (tail === mine) tail = undefined;
    });
    tail = mine;
  }
  async function finish(w: Work | void, bytes?: Uint8Array): Promise<void> {
    if (!w) return;
    for (let r = w.next(bytes!); !r.done; ) r = w.next(await r.value);
  }

  function link(executable: Executable): number {
    const kernels = executable.kernels();
    const runs = new Map<Kernel, Run>();
    const missing: Kernel[] = [];
    // Programs keep what they linked; forgetting here only costs a later one its kernels again.
    if (linked.size > KERNELS_KEPT) linked.clear();
    for (const k of kernels) if (!linked.has(k.key)) missing.push(k);
    device.compile(missing).forEach((run, i) => {
      const kernel = missing[i]!;
      linked.set(kernel.key, run);
      if (listening()) emit({ kind: "kernel", backend: device.name, name: kernel.name });
    });
    for (const k of kernels) runs.set(k, linked.get(k.key)!);
    executable.link(runs);
    return missing.length;
  }

  function compile(graph: Graph): KernelProgram {
    const start = performance.now();
    const executable = new Executable(lower(graph, device), device);
    const kernels = link(executable);
    const print = (): string => findPrinter().printProgram(executable);
    if (listening()) {
      const ms = performance.now() - start;
      emit({ kind: "compile", backend: device.name, nodes: countNodes(graph), kernels, ms, graph, print });
    }
    return {
      executable,
      prepare: async (inputs, options = {}) => device.prepare?.(executable, inputs, options),
      print,
      dispose() {},
      run: (inputs, options) => run(executable, inputs, options),
    };
  }

  function run(executable: Executable, inputs: readonly Storage[], { donate }: RunOptions = {}): Storage[] {
    const blocks = inputs.map((s) => open(s, "run"));
    const bound = executable.bind(sizesOf(executable, inputs));
    const results: Block[] = [];
    /** What the program writes over: lost if it fails half way. */
    const overwritten: DeviceStorage[] = [];
    let began = false;
    try {
      layOut(executable, bound, blocks, donate, results, allocate).forEach((i) => {
        overwritten.push(inputs[i] as DeviceStorage);
      });
      const frame: Frame = { inputs: blocks.map((b) => b.buffer), outputs: results.map((b) => b.buffer), arena: room(bound.arenaBytes) };
      const storages = results.map((b, k) => wrap(b, bound.outputs[k]!));
      submit(
        () => {
          // What an input was to come from may have failed since.
          for (const s of inputs as readonly DeviceStorage[]) if (s.failure) throw s.failure;
          began = true;
          return work(bound, kept.add(bound, frame, inputs as readonly DeviceStorage[], donate));
        },
        (error) => {
          for (const s of storages) s.failure = error;
        },
      );
      if (executable.checksData) device.fault?.();
      if (donate) {
        for (let i = 0; i < inputs.length; i++) {
          if (!donate[i]) continue;
          const s = inputs[i] as DeviceStorage;
          s.block = undefined;
          kept.release(s);
          drop(blocks[i]!);
        }
      }
      return storages;
    } catch (error) {
      if (began) for (const s of overwritten) s.failure = error;
      for (const b of results) drop(b);
      throw error;
    }
  }

  const backend: KernelBackend = {
    name: device.name,
    device,
    get lost() {
      return device.lost;
    },
    capabilities: { dtypes, synchronousReads: device.readSync !== undefined },
    store(bytes, spec) {
      const block = allocate(byteSize(spec));
      device.write(block.buffer, bytes);
      return wrap(block, spec);
    },
    take(s, rows, spec) {
      const from = open(s, "take");
      const to = allocate(byteSize(spec));
      const bytes = byteSize(spec) / Math.max(1, rows.length);
      const copied = wrap(to, spec);
      // The copy shares what it reads until it is made.
      from.sharers++;
      const copy = (): void => {
        if ((s as DeviceStorage).failure) throw (s as DeviceStorage).failure;
        copyRows(device, from.buffer, to.buffer, rows, bytes);
        drop(from);
      };
      try {
        submit(copy, (error) => {
          copied.failure = error;
          drop(from);
        });
      } catch (error) {
        drop(from);
        drop(to);
        throw error;
      }
      return copied;
    },
    adopt: (buffer, spec) => wrap({ buffer, bytes: byteSize(spec), sharers: 1 }, spec),
    async bufferOf(s) {
      while (tail) await tail;
      await device.settled?.();
      return open(s, "bufferOf").buffer;
    },
    async read(s) {
      // The read shares the memory while it is under way: disposing of the tensor, or donating it, cannot change what it gives.
      const block = open(s, "data");
      block.sharers++;
      try {
        while (tail) await tail;
        const { failure } = s as DeviceStorage;
        if (failure) throw failure;
        return await device.read(block.buffer, byteSize(s.spec));
      } finally {
        drop(block);
      }
    },
    ...(device.readSync && { readSync: (s: Storage) => device.readSync!(open(s, "dataSync").buffer, byteSize(s.spec)) }),
    ...(device.finished && {
      async finished() {
        while (tail) await tail;
        await device.finished!();
      },
    }),
    free(s) {
      const d = s as DeviceStorage;
      if (d.block) drop(d.block);
      d.block = undefined;
      kept.release(d);
    },
    compile,
    dispose: () => device.dispose?.(),
  };
  return backend;
}
