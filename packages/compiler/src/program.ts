/** A lowered graph made runnable: kernels compiled once, sizes bound once for each set of values, then only calls. */
import {
  type Bindings,
  bindDim,
  bindShape,
  byteSize,
  type CondAttrs,
  dtypeInfo,
  elements,
  emit,
  listening,
  makeSpec,
  type Node,
  type ScanAttrs,
  type StaticSpec,
  type TypedArray,
  type Value,
  type WhileAttrs,
} from "@antler/tensor-core";
import { resolve } from "./aliases.ts";
import { pack, type Request } from "./arena.ts";
import type { Buffer, Device, Kernel, Run } from "./kernel.ts";
import type { Lowered, MatchedStep, RegionStep, Step } from "./lower.ts";
import { type Place, type Plan, plan } from "./plan.ts";
import { bindSize } from "./size.ts";

/** Memory of one run: where inputs, outputs and temporaries are. */
export interface Frame {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly arena: Buffer;
}
type Locate = (frame: Frame) => Buffer;
/** Work that may have to wait for numbers to come from the device. */
export type Work = Generator<Promise<Uint8Array>, void, Uint8Array>;
type Call = (frame: Frame) => Work | undefined;

/** A program for given sizes. */
export interface Bound {
  readonly outputs: readonly StaticSpec[];
  readonly arenaBytes: number;
  readonly calls: readonly Call[];
}

export class Executable {
  readonly lowered: Lowered;
  readonly plan: Plan;
  readonly #device: Device;
  readonly #runs = new Map<Kernel, Run>();
  readonly #bodies = new Map<Lowered, Executable>();
  readonly #bound = new Map<string, Bound>();

  constructor(lowered: Lowered, device: Device) {
    this.lowered = lowered;
    this.#device = device;
    this.plan = plan(lowered);
    for (const s of lowered.steps) if (s.kind === "region") for (const b of s.bodies) this.#bodies.set(b, new Executable(b, device));
  }

  /** Every kernel, those of regions included. */
  kernels(): Kernel[] {
    return this.lowered.steps.flatMap((s) => {
      if (s.kind === "kernel") return [s.kernel];
      if (s.kind === "matched") return s.epilogue ? [s.epilogue.kernel] : [];
      return s.kind === "region" ? s.bodies.flatMap((b) => this.#bodies.get(b)!.kernels()) : [];
    });
  }
  link(runs: ReadonlyMap<Kernel, Run>): void {
    for (const [k, r] of runs) this.#runs.set(k, r);
    for (const b of this.#bodies.values()) b.link(runs);
  }

  /** The program for these sizes; made once, a few are kept. */
  bind(sizes: Bindings): Bound {
    // All sizes: a region's body may use some that none of its inputs has.
    const key = [...sizes].join();
    let b = this.#bound.get(key);
    if (!b) {
      if (this.#bound.size >= 16) this.#bound.delete(this.#bound.keys().next().value!);
      this.#bound.set(key, (b = this.#make(sizes)));
    }
    return b;
  }

  #make(sizes: Bindings): Bound {
    const specOf = (v: Value): StaticSpec => makeSpec(bindShape(v.spec.shape, sizes), v.spec.dtype);
    const requests: Request[] = this.plan.temporaries.map((t) => ({ bytes: byteSize(specOf(t.value)), first: t.first, last: t.last }));
    // A region's own arena, and its spare carries, are temporaries of its step.
    const rooms = new Map<Step, number>();
    this.lowered.steps.forEach((s, k) => {
      if (s.kind !== "region") return;
      rooms.set(s, requests.length);
      requests.push({ bytes: regionRoom(s, (b) => this.#bodies.get(b)!.bind(sizes).arenaBytes, specOf), first: k, last: k });
    });
    const { offsets, bytes } = pack(requests);
    const { device, places } = { device: this.#device, places: this.plan.places };
    const locate = (place: Place): Locate => {
      if (place.kind === "input") return (f) => f.inputs[place.at];
      if (place.kind === "output") return (f) => f.outputs[place.at];
      const offset = offsets[place.at]!;
      return (f) => device.part(f.arena, offset);
    };
    const at = (v: Value): Locate => locate(places.get(resolve(this.lowered.aliases, v))!);
    const used = (v: Value): Locate | undefined => (places.has(resolve(this.lowered.aliases, v)) ? at(v) : undefined);
    const calls = this.lowered.steps.map((s): Call => {
      if (s.kind === "kernel") return this.#kernelCall(s.kernel, s.buffers.map(at), sizes);
      if (s.kind === "matched") return this.#matchedCall(s, at, used, specOf, sizes);
      if (s.kind === "host") return hostCall(this.#device, s.node, s.operands.map(at), s.node.outputs.map(at), specOf);
      const room = offsets[rooms.get(s)!]!;
      return this.#regionCall(s, s.operands.map(at), s.node.outputs.map(at), room, specOf, sizes);
    });
    return { outputs: this.lowered.graph.outputs.map(specOf), arenaBytes: bytes, calls };
  }

  #kernelCall(kernel: Kernel, buffers: readonly Locate[], sizes: Bindings): Call {
    const run = this.#runs.get(kernel)!;
    const params = kernel.params.map((s) => bindSize(s, sizes));
    return (f) => {
      run(
        buffers.map((l) => l(f)),
        params,
      );
      return undefined;
    };
  }

  #matchedCall(
    s: MatchedStep,
    at: (v: Value) => Locate,
    used: (v: Value) => Locate | undefined,
    specOf: (v: Value) => StaticSpec,
    sizes: Bindings,
  ): Call {
    const inputs = s.operands.map((o) => at(o.value));
    const outputs = s.node.outputs.map(used);
    const specs = { inputs: s.node.inputs.map(specOf), outputs: s.node.outputs.map(specOf) };
    const layouts = s.operands.map(({ layout }) => ({
      offset: bindSize(layout.offset, sizes),
      strides: layout.strides.map((x) => bindSize(x, sizes)),
    }));
    const attrs = s.node.attrs as never;
    const finish = s.epilogue && {
      run: this.#runs.get(s.epilogue.kernel)!,
      at: s.epilogue.buffers.map(at),
      params: s.epilogue.kernel.params.map((p) => bindSize(p, sizes)),
    };
    return (f) => {
      const buffers = finish?.at.map((l) => l(f));
      const done = finish && ((...block: number[]) => finish.run(buffers!, finish.params, block));
      s.matched.run({ inputs: inputs.map((l) => l(f)), outputs: outputs.map((l) => l?.(f)), specs, layouts, attrs, done });
      return undefined;
    };
  }

  #regionCall(
    s: RegionStep,
    inputs: readonly Locate[],
    outputs: readonly Locate[],
    room: number,
    specOf: (v: Value) => StaticSpec,
    sizes: Bindings,
  ): Call {
    const device = this.#device;
    const bodies = s.bodies.map((b) => this.#bodies.get(b)!.bind(sizes));
    const context: RegionContext = {
      device,
      bodies,
      bytes: s.node.outputs.map((v) => byteSize(specOf(v))),
      rows: s.node.inputs.map((v) => byteSize(specOf(v))),
      sizes,
      name: s.node.op.name,
    };
    const run = regions[(s.node.op.how as { form: "cond" | "while" | "scan" }).form];
    return (f) =>
      run(
        s.node.attrs as never,
        inputs.map((l) => l(f)),
        outputs.map((l) => l(f)),
        device.part(f.arena, room),
        context,
      );
  }
}

/** Runs calls in order, stopping where one waits. */
export function* work(bound: Bound, frame: Frame): Work {
  for (const call of bound.calls) {
    const waiting = call(frame);
    if (waiting) yield* waiting;
  }
}

// ---- Host ops

function hostCall(
  device: Device,
  node: Node,
  inputs: readonly Locate[],
  outputs: readonly Locate[],
  specOf: (v: Value) => StaticSpec,
): Call {
  const specs = { inputs: node.inputs.map(specOf), outputs: node.outputs.map(specOf) };
  const { how } = node.op;
  const kernel = node.op.kernels?.[device.name] ?? (how.kind === "opaque" ? how.reference : undefined)!;
  const open = (bytes: Uint8Array, s: StaticSpec): TypedArray =>
    new (dtypeInfo(s.dtype).array)(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
  return function* (f) {
    if (listening()) emit({ kind: "host", backend: device.name, op: node.op.name });
    const given: TypedArray[] = [];
    for (const [i, l] of inputs.entries()) given.push(open(yield* bytesOf(device, l(f), byteSize(specs.inputs[i]!)), specs.inputs[i]!));
    const made = specs.outputs.map((s) => new (dtypeInfo(s.dtype).array)(new ArrayBuffer(elements(s.shape) * dtypeInfo(s.dtype).bytes)));
    kernel(given, made, specs, node.attrs);
    made.forEach((data, i) => device.write(outputs[i]!(f), new Uint8Array(data.buffer as ArrayBuffer)));
  };
}
function* bytesOf(device: Device, buffer: Buffer, bytes: number): Generator<Promise<Uint8Array>, Uint8Array, Uint8Array> {
  return device.readSync ? device.readSync(buffer, bytes) : yield device.read(buffer, bytes);
}

// ---- Regions

interface RegionContext {
  readonly device: Device;
  readonly bodies: readonly Bound[];
  /** Bytes of the node's outputs, and of its inputs. */
  readonly bytes: readonly number[];
  readonly rows: readonly number[];
  readonly sizes: Bindings;
  readonly name: string;
}
type RunRegion<A> = (attrs: A, inputs: readonly Buffer[], outputs: readonly Buffer[], room: Buffer, c: RegionContext) => Work;

const PAD = 64;
const padded = (n: number): number => Math.ceil(n / PAD) * PAD;
/** Room for the largest body's temporaries, and for one spare copy of every carry. */
function regionRoom(s: RegionStep, arena: (b: Lowered) => number, specOf: (v: Value) => StaticSpec): number {
  const spare = s.node.outputs.reduce((n, v) => n + padded(byteSize(specOf(v))), 0);
  const flag = PAD;
  return Math.max(...s.bodies.map(arena)) + flag + (s.node.op.how.kind === "region" && s.node.op.how.form === "cond" ? 0 : spare);
}

const cond: RunRegion<CondAttrs> = function* (_attrs, [predicate, ...captured], outputs, room, { device, bodies, name }) {
  emitHost(device, name);
  const chosen = (yield* bytesOf(device, predicate, 1))[0] ? bodies[0]! : bodies[1]!;
  yield* work(chosen, { inputs: captured, outputs, arena: room });
};

/** Carries alternate between the outputs and spare room, so that no step writes what it reads. */
function carries(count: number, room: Buffer, { device, bytes }: RegionContext): { spare: Buffer[]; arena: Buffer } {
  let offset = PAD;
  const spare: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    spare.push(device.part(room, offset));
    offset += padded(bytes[i]!);
  }
  return { spare, arena: device.part(room, offset) };
}

const loop: RunRegion<WhileAttrs> = function* ({ carry, maximumIterations }, inputs, outputs, room, c) {
  const { device, bytes } = c;
  const [test, body] = c.bodies as readonly [Bound, Bound];
  const captured = inputs.slice(carry);
  const { spare, arena } = carries(carry, room, c);
  let now: readonly Buffer[] = inputs.slice(0, carry);
  for (let n = 0; n !== (maximumIterations ?? -1); n++) {
    yield* work(test, { inputs: [...now, ...captured], outputs: [room], arena });
    emitHost(device, c.name);
    if (!(yield* bytesOf(device, room, 1))[0]) break;
    const next = n % 2 === 0 ? outputs : spare;
    yield* work(body, { inputs: [...now, ...captured], outputs: next, arena });
    now = next;
  }
  if (now !== outputs) for (let i = 0; i < carry; i++) device.copy(now[i], outputs[i], bytes[i]!);
};

const scan: RunRegion<ScanAttrs> = function* ({ carry, xs, length, reverse }, inputs, outputs, room, c) {
  const { device, bytes, rows } = c;
  const steps = bindDim(length, c.sizes);
  const [body] = c.bodies as readonly [Bound];
  const captured = inputs.slice(carry + xs);
  const { spare, arena } = carries(carry, room, c);
  const last = outputs.slice(0, carry);
  let now: readonly Buffer[] = inputs.slice(0, carry);
  for (let n = 0; n < steps; n++) {
    const t = reverse ? steps - 1 - n : n;
    // The last step must land in the outputs.
    const next = (steps - 1 - n) % 2 === 0 ? last : spare;
    const x = inputs.slice(carry, carry + xs).map((b, i) => device.part(b, (t * rows[carry + i]!) / steps));
    const y = outputs.slice(carry).map((b, i) => device.part(b, (t * bytes[carry + i]!) / steps));
    yield* work(body, { inputs: [...now, ...x, ...captured], outputs: [...next, ...y], arena });
    now = next;
  }
  if (steps === 0) for (let i = 0; i < carry; i++) device.copy(now[i], outputs[i], bytes[i]!);
};

const regions = { cond, while: loop, scan } as const;

const emitHost = (device: Device, op: string): void => {
  if (listening()) emit({ kind: "host", backend: device.name, op });
};
