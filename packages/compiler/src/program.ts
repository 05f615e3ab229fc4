/** A lowered graph made runnable: kernels compiled once, sizes bound once for each set of values, then only calls. */
import {
  attrsKey,
  type Bindings,
  bindDim,
  bindShape,
  byteSize,
  type CondAttrs,
  dtypeInfo,
  emit,
  listening,
  makeSpec,
  type Node,
  type RegionHow,
  type ScanAttrs,
  type StaticSpec,
  type TypedArray,
  type Value,
  type WhileAttrs,
} from "@antler/tensor-core";
import { resolve } from "./aliases.ts";
import { pack, type Request } from "./arena.ts";
import type { Finished } from "./finish.ts";
import type { Buffer, Device, Kernel, MatchedCall, Run } from "./kernel.ts";
import type { Lowered, RegionStep, Step } from "./lower.ts";
import { type Plan, plan } from "./plan.ts";
import { bindSize, type Size } from "./size.ts";

/** Memory of one run: where inputs, outputs and temporaries are. */
export interface Frame {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly arena: Buffer;
  /** What was prepared of inputs, see `Bound`. */
  readonly prepared?: readonly (Buffer | undefined)[];
}
type Locate = (frame: Frame) => Buffer;
/** What one call reads and writes. */
export type Arrays = Pick<Frame, "inputs" | "outputs">;
/** Work that may have to wait for numbers to come from the device. */
export type Work = Generator<Promise<Uint8Array>, void, Uint8Array>;
type Call = (frame: Frame) => Work | void;

/** A kernel with its params, and what finds its buffers. */
interface Prepared {
  readonly run: Run;
  readonly params: readonly number[];
  /** The same array each time. */
  given(frame: Frame): readonly Buffer[];
}
/** Buffers found anew for each frame, always in the same array: a loop's steps make none. */
function finder<B>(places: readonly ((frame: Frame) => B)[]): (frame: Frame) => B[] {
  const found = new Array<B>(places.length);
  return (f) => {
    for (let i = 0; i < places.length; i++) found[i] = places[i]!(f);
    return found;
  };
}

/** A program for given sizes. */
export interface Bound {
  readonly outputs: readonly StaticSpec[];
  readonly arenaBytes: number;
  readonly calls: readonly Call[];
  /** For each call that runs a region, how. */
  readonly regions: ReadonlyMap<Call, (frame: Frame) => RegionRun>;
  /** Calls that work on the host. */
  readonly host: ReadonlySet<Call>;
  /** What could be made of inputs ahead, if they stay the same for many runs. */
  readonly preparations: readonly Prepares[];
}
export interface Prepares {
  readonly input: number;
  readonly bytes: number;
  /** Of the same input, equal ones are made alike. */
  readonly key: string;
  /** Which part of the time of its kernel it takes. */
  readonly part: number;
  make(frame: Frame, into: Buffer): void;
}

export class Executable {
  readonly lowered: Lowered;
  readonly plan: Plan;
  readonly #device: Device;
  readonly #runs = new Map<Kernel, Run>();
  readonly #bodies = new Map<Lowered, Executable>();
  readonly #bound = new Map<string, Bound>();
  #checksData: boolean | undefined;

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
  /** Whether a run may find that an index read from data lies outside its axis. */
  get checksData(): boolean {
    return (this.#checksData ??= this.kernels().some((k) => k.checks.length > 0));
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
    const device = this.#device;
    const { graph, steps, aliases } = this.lowered;
    const { places, temporaries } = this.plan;
    const size = (s: Size): number => bindSize(s, sizes);
    const specOf = (v: Value): StaticSpec => makeSpec(bindShape(v.spec.shape, sizes), v.spec.dtype);
    const specsOf = (node: Node): MatchedCall["specs"] => ({ inputs: node.inputs.map(specOf), outputs: node.outputs.map(specOf) });
    const bytes = (v: Value): number => byteSize(specOf(v));
    const bodiesOf = (s: RegionStep): Bound[] => s.bodies.map((b) => this.#bodies.get(b)!.bind(sizes));

    const requests: Request[] = temporaries.map(({ value, first, last }) => ({ bytes: bytes(value), first, last }));
    // A region's own arena, and its spare carries, are temporaries of its step.
    const rooms = new Map<Step, number>();
    steps.forEach((s, k) => {
      if (s.kind === "region") rooms.set(s, requests.push({ bytes: regionRoom(s.node, bodiesOf(s), bytes), first: k, last: k }) - 1);
    });
    const { offsets, bytes: arenaBytes } = pack(requests);
    const partOf = (at: number): Locate => {
      const offset = offsets[at]!;
      const { bytes } = requests[at]!;
      return (f) => device.part(f.arena, offset, bytes);
    };
    const used = (v: Value): Locate | undefined => {
      const place = places.get(resolve(aliases, v));
      if (place?.kind === "arena") return partOf(place.at);
      return place && (place.kind === "input" ? (f) => f.inputs[place.at] : (f) => f.outputs[place.at]);
    };
    const at = (v: Value): Locate => used(v)!;
    const prepare = ({ kernel, buffers }: Finished): Prepared => {
      return { run: this.#runs.get(kernel)!, params: kernel.params.map(size), given: finder(buffers.map(at)) };
    };

    const preparations: Prepares[] = [];
    const regions = new Map<Call, (frame: Frame) => RegionRun>();
    const host = new Set<Call>();
    const callOf = (s: Step): Call => {
      if (s.kind === "kernel") {
        const { run, params, given } = prepare(s);
        return (f) => run(given(f), params);
      }
      const { node } = s;
      const outputs = finder(node.outputs.map((v) => used(v) ?? (() => undefined)));
      const inputs = finder(s.kind === "matched" ? s.operands.map((o) => at(o.value)) : s.operands.map(at));
      const frameOf = (f: Frame): Arrays => ({ inputs: inputs(f), outputs: outputs(f) });
      if (s.kind === "host") {
        const specs = specsOf(node);
        const call: Call = (f) => hostWork(device, node, specs, frameOf(f));
        host.add(call);
        return call;
      }
      if (s.kind === "region") {
        const room = partOf(rooms.get(s)!);
        const context = {
          device,
          sizes,
          bodies: bodiesOf(s),
          bytes: node.outputs.map(bytes),
          rows: node.inputs.map(bytes),
          name: node.op.name,
        };
        const { form } = node.op.how as RegionHow;
        const runOf = (f: Frame): RegionRun => ({ form, attrs: node.attrs as never, arrays: frameOf(f), room: room(f), context });
        const call: Call = (f) => {
          const { attrs, arrays, room } = runOf(f);
          return regionForms[form](attrs, arrays, room, context);
        };
        regions.set(call, runOf);
        return call;
      }
      const specs = specsOf(node);
      const attrs = node.attrs as never;
      const layouts = s.operands.map(({ layout: { offset, strides } }) => ({ offset: size(offset), strides: strides.map(size) }));
      const last = s.epilogue && prepare(s.epilogue);
      const fixed = { specs, layouts, attrs };
      const ahead = s.matched.preparation;
      const source = ahead && places.get(resolve(aliases, s.operands[ahead.operand]!.value));
      const known = { ...fixed, done: undefined };
      const room = source?.kind === "input" ? ahead!.bytes(known) : 0;
      const prepared = room === 0 ? -1 : preparations.length;
      if (room > 0) {
        const make = (f: Frame, into: Buffer): void => ahead!.make({ inputs: inputs(f), outputs: [], ...known }, into);
        const key = `${node.op.name} ${room} ${JSON.stringify(layouts[ahead!.operand])} ${attrsKey(attrs)}`;
        preparations.push({ input: source!.at, bytes: room, key, part: ahead!.part(known), make });
      }
      let now: Frame;
      const done: MatchedCall["done"] = last && ((...block) => last.run(last.given(now), last.params, block));
      const epilogue: MatchedCall["epilogue"] = last && {
        kernel: s.epilogue!.kernel,
        params: last.params,
        result: s.epilogue!.buffers.indexOf(node.outputs[0]!),
        buffers: () => last.given(now),
      };
      return (f) => {
        now = f;
        s.matched.run({ inputs: inputs(f), outputs: outputs(f), specs, layouts, attrs, done, epilogue, prepared: f.prepared?.[prepared] });
      };
    };
    return { outputs: graph.outputs.map(specOf), arenaBytes, calls: steps.map(callOf), regions, host, preparations };
  }
}

/** Runs calls in order, stopping where one waits. */
export function* work(bound: Bound, frame: Frame): Work {
  const waiting = start(bound, frame);
  if (waiting) yield* waiting;
}
/** Runs calls in order; what is left when one has to wait is work for later. */
function start({ calls }: Bound, frame: Frame): Work | undefined {
  return inTurn(0, calls.length, (i) => calls[i]!(frame));
}
/** Does some things in order; from the first on that has to wait, they are work for later. */
function inTurn(from: number, count: number, act: (i: number) => Work | void): Work | undefined {
  for (let i = from; i < count; i++) {
    const waiting = act(i);
    if (waiting) return after(waiting, () => inTurn(i + 1, count, act));
  }
  return undefined;
}
function* after(first: Work, next: () => Work | undefined): Work {
  yield* first;
  const waiting = next();
  if (waiting) yield* waiting;
}

// ---- Host ops

function* hostWork(device: Device, node: Node, specs: MatchedCall["specs"], { inputs, outputs }: Arrays): Work {
  emitHost(device, node.op.name);
  const { how } = node.op;
  const kernel = node.op.kernels?.[device.name] ?? (how.kind === "opaque" ? how.reference : undefined)!;
  const open = ({ dtype }: StaticSpec, bytes: Uint8Array): TypedArray => new (dtypeInfo(dtype).array)(bytes.slice().buffer as ArrayBuffer);
  const given: TypedArray[] = [];
  for (const [i, s] of specs.inputs.entries()) given.push(open(s, yield* bytesOf(device, inputs[i], byteSize(s))));
  const made = specs.outputs.map((s) => open(s, new Uint8Array(byteSize(s))));
  kernel(given, made, specs, node.attrs as never);
  made.forEach((data, i) => device.write(outputs[i], new Uint8Array(data.buffer as ArrayBuffer)));
}
function* bytesOf(device: Device, buffer: Buffer, bytes: number): Generator<Promise<Uint8Array>, Uint8Array, Uint8Array> {
  return device.readSync ? device.readSync(buffer, bytes) : yield device.read(buffer, bytes);
}

// ---- Regions

export interface RegionContext {
  readonly device: Device;
  readonly bodies: readonly Bound[];
  /** Bytes of the node's outputs, and of its inputs. */
  readonly bytes: readonly number[];
  readonly rows: readonly number[];
  readonly sizes: Bindings;
  readonly name: string;
}
/** A region about to run in a frame. */
export interface RegionRun {
  readonly form: RegionHow["form"];
  readonly attrs: never;
  readonly arrays: Arrays;
  readonly room: Buffer;
  readonly context: RegionContext;
}
type RunRegion<A> = (attrs: A, arrays: Arrays, room: Buffer, c: RegionContext) => Work | undefined;

const PAD = 64;
const padded = (n: number): number => Math.ceil(n / PAD) * PAD;
/** Room for a flag, for the largest body's temporaries, for what may be prepared, and for one spare copy of every carry. */
const regionRoom = (node: Node, bodies: readonly Bound[], bytes: (v: Value) => number): number =>
  node.outputs.reduce((n, v) => n + padded(bytes(v)), PAD + Math.max(...bodies.map((b) => b.arenaBytes + preparedBytes(b))));
const preparedBytes = ({ preparations }: Bound): number => preparations.reduce((n, p) => n + padded(p.bytes), 0);

const cond: RunRegion<CondAttrs> = function* (_attrs, { inputs: [predicate, ...captured], outputs }, room, { device, bodies, name }) {
  emitHost(device, name);
  const chosen = (yield* bytesOf(device, predicate, 1))[0] ? bodies[0]! : bodies[1]!;
  yield* work(chosen, { inputs: captured, outputs, arena: room });
};

/** Carries alternate between the outputs and spare room, so that no step writes what it reads. */
export function carries(count: number, room: Buffer, { device, bytes }: RegionContext): { spare: Buffer[]; arena: Buffer } {
  let offset = PAD;
  const spare: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    spare.push(device.part(room, offset, bytes[i]));
    offset += padded(bytes[i]!);
  }
  return { spare, arena: device.part(room, offset) };
}

const loop: RunRegion<WhileAttrs> = function* ({ carry, maximumIterations }, { inputs, outputs }, room, c) {
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

/** How the steps of a scan go through memory: at most so many of them, each ending with what `act` leaves to wait for. */
export function scanSteps(
  { carry, xs, length, reverse }: ScanAttrs,
  { inputs, outputs }: Arrays,
  room: Buffer,
  c: RegionContext,
  act: (body: Bound, frame: Frame) => Work | undefined,
  most: number = Number.POSITIVE_INFINITY,
): Work | undefined {
  const { device, bytes, rows } = c;
  const steps = bindDim(length, c.sizes);
  const [body] = c.bodies as readonly [Bound];
  const { spare, arena } = carries(carry, room, c);
  if (steps === 0) for (let i = 0; i < carry; i++) device.copy(inputs[i], outputs[i], bytes[i]!);
  // One frame for all steps: buffers move on in it.
  const prepared: (Buffer | undefined)[] = [];
  const frame = { inputs: [...inputs], outputs: [...outputs], arena: device.part(arena, preparedBytes(body)), prepared };
  let offset = 0;
  for (const { input, bytes, make } of body.preparations) {
    const into = input >= carry + xs && steps > 1 ? device.part(arena, offset) : undefined;
    if (into !== undefined) make(frame, into);
    prepared.push(into);
    offset += padded(bytes);
  }
  return inTurn(0, Math.min(steps, most), (n) => {
    const t = reverse ? steps - 1 - n : n;
    for (let i = 0; i < carry; i++) {
      if (n > 0) frame.inputs[i] = frame.outputs[i];
      // The last step must land in the outputs.
      frame.outputs[i] = (steps - 1 - n) % 2 === 0 ? outputs[i] : spare[i];
    }
    for (let i = carry; i < carry + xs; i++) frame.inputs[i] = device.part(inputs[i], (t * rows[i]!) / steps, rows[i]! / steps);
    for (let i = carry; i < outputs.length; i++) frame.outputs[i] = device.part(outputs[i], (t * bytes[i]!) / steps, bytes[i]! / steps);
    return act(body, frame);
  });
}
const scan: RunRegion<ScanAttrs> = (attrs, arrays, room, c) => scanSteps(attrs, arrays, room, c, start);

const regionForms = { cond, while: loop, scan } as const;

const emitHost = (device: Device, op: string): void => {
  if (listening()) emit({ kind: "host", backend: device.name, op });
};
